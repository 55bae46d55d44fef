"""The house rules that a machine can check: layers, sizes, what may not be in the repository."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = {".py", ".ts", ".tsx", ".js", ".css"}
REGISTRY = re.compile(
    r"https?://[^/\"\s]*(?:npmjs|yarnpkg|pythonhosted|pypi|maven\.org|crates\.io|/debian)", re.IGNORECASE
)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    if not files:
        pytest.skip("not a git checkout")
    return [file for file in files if file.is_file()]


def test_layers() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_code_file_is_over_600_lines() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in tracked()
        if file.suffix in CODE and (lines := file.read_text().count("\n")) > 600
    }
    assert not long


def test_no_file_is_over_one_megabyte() -> None:
    assert not [str(file) for file in tracked() if file.stat().st_size > 1_000_000]


def test_no_registry_host_is_named() -> None:
    named = [
        f"{file.relative_to(ROOT)}: {line.strip()[:100]}"
        for file in tracked()
        if file.suffix not in {".png", ".svg"}
        for line in file.read_text(errors="replace").splitlines()
        if REGISTRY.search(line)
    ]
    assert not named


def test_every_declared_dependency_is_pinned() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = list(project["project"]["dependencies"])
    for group in (
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ):
        wanted += group
    names = {re.split(r"[\[<>=! ]", item)[0].lower().replace("_", "-") for item in wanted} - {"nightdesk"}
    pins = (ROOT / "requirements/constraints.txt").read_text() + (
        ROOT / "requirements/no-deps.txt"
    ).read_text()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in pins.splitlines() if "==" in line}
    assert names <= pinned
