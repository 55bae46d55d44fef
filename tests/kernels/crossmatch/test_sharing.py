"""A catalogue is in memory once, however many processes match against it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from nightdesk.crossmatch import write_catalogue

PROGRAM = """
import sys
import numpy as np
from pathlib import Path
from nightdesk.crossmatch import Catalogue
catalogue = Catalogue(Path(sys.argv[1]))
rng = np.random.default_rng(1)
found = catalogue.match(rng.uniform(0, 360, 20_000), rng.uniform(-90, 90, 20_000), radius=1200)
catalogue.records(found)
own, inside = 0, False
for line in Path("/proc/self/smaps").read_text().splitlines():
    if "-" in line.split(" ", 1)[0]:
        inside = line.rstrip().endswith((".npy", ".arrow"))
    elif inside and line.startswith(("Anonymous:", "Swap:")):
        own += int(line.split()[1])
mapped = sum(line.endswith((".npy", ".arrow")) for line in Path("/proc/self/maps").read_text().splitlines())
print(mapped, own, len(found.row))
"""


@pytest.mark.skipif(
    not Path("/proc/self/smaps").is_file(), reason="the system does not tell of mapped memory"
)
def test_the_files_are_mapped_and_not_copied(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    n = 100_000
    table = pa.table({"name": [f"star {i}" for i in range(n)]})
    write_catalogue(tmp_path, "S", rng.uniform(0, 360, n), rng.uniform(-90, 90, n), table)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "S")],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    mapped, own, pairs = map(int, done.stdout.split())
    assert mapped == 5
    assert own == 0
    assert pairs > 1000
