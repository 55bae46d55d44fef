"""Decoding leaves the memory of others alone, and others leave its memory alone."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import threading
from itertools import islice

import numpy as np
from nightdesk import alerts
from nightdesk.simulate import Night
from nightdesk.surveys import get

packets = [alert.payload for alert in islice(Night("LSST", seed=3, density=60), 100)]
wanted = alerts.decode(packets, get("LSST")).batch.prv.values
over, spoilt = threading.Event(), []


def others():
    while not over.wait(0.0002):
        blocks = [np.full(1024, 7) for _ in range(20)]
        over.wait(0.0002)
        spoilt.extend(block for block in blocks if (block != 7).any())


thread = threading.Thread(target=others)
thread.start()
wrong = sum(not alerts.decode(packets, get("LSST")).batch.prv.values.equals(wanted) for _ in range(150))
over.set()
thread.join()
assert (len(spoilt), wrong) == (0, 0), (len(spoilt), wrong)
"""


def test_threads_that_take_memory_meanwhile_do_no_harm() -> None:
    # all threads out of one arena: what one of them frees is soon another's
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", SCRIPT],
        env={**os.environ, "MALLOC_ARENA_MAX": "1"},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
