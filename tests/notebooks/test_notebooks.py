"""The notebooks that we ship run as they stand, in the Nightdesk kernel, against the running platform."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from astropy.time import Time
from nightdesk import Desk
from nightdesk.client.source import Source
from nightdesk.simulate import Night

from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.timeout(600)]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STUDENT = "student"


@pytest.fixture(scope="module")
def desk(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A student's desk with a night of alerts on it."""
    packets = tmp_path_factory.mktemp("packets")
    recent = Time.now().jd - 0.3
    for alert in itertools.islice(Night("ZTF", seed=11, density=6.0, start=recent), 80):
        (packets / f"{alert.candid}.avro").write_bytes(alert.payload)
    assert platform.replay([packets])["stored"] == 80
    platform.add_user(STUDENT)
    return Desk(platform.marshal_url, platform.user_token(STUDENT))


@pytest.fixture(scope="module")
def environment(platform: Platform, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the student's server, with the kernel installed."""
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run([sys.executable, "-m", "nightdesk.kernel", "install", "--prefix", str(prefix)], check=True)
    return {**os.environ, **platform.environment(STUDENT), "JUPYTER_PATH": str(prefix / "share/jupyter")}


def run(name: str, environment: dict[str, str], directory: Path) -> None:
    """Run every cell of a notebook; fail at the first that does."""
    shutil.copy(NOTEBOOKS / name, directory / name)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-cell-timeout=180", "-x", "-q", name]
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_first_night(desk: Desk, environment: dict[str, str], tmp_path: Path) -> None:
    run("first-night.ipynb", environment, tmp_path)
    (saved,) = [one for one in desk.sources() if STUDENT in _authors(one)]
    assert saved.groups == ["Sitewide Group"]
    assert _authors(saved) == [STUDENT]
    assert [one.id for one in desk.selection()] == [saved.id]


def _authors(source: Source) -> list[str]:
    return [one["author"]["username"] for one in source.comments]


def test_filter_bright_transients(desk: Desk, environment: dict[str, str], tmp_path: Path) -> None:
    for version in (1, 1):
        run("filter-bright-transients.ipynb", environment, tmp_path)
        published = desk.filter("Bright transients")
        assert (published.version, published.active) == (version, True)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_notebooks_are_kept_without_outputs_and_for_our_kernel(path: Path) -> None:
    notebook: dict[str, Any] = json.loads(path.read_text())
    assert notebook["metadata"]["kernelspec"]["name"] == "nightdesk"
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]]
