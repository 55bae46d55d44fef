"""Building the faster store: complete or not at all, and used once it is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from nightdesk.settings import Settings
from nightdesk_hub.embedded import choose
from nightdesk_hub.embedded.mongo import SecantusRust


def _tools(directory: Path, monkeypatch: pytest.MonkeyPatch, *, cargo: str) -> Path:
    """Put programs named like the tools before all others, and the store's home beside them."""
    bins = directory / "tools"
    bins.mkdir()
    for name, script in (("cargo", cargo), ("cmake", "exit 0"), ("ninja", "exit 0")):
        program = bins / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bins}:/usr/bin:/bin")
    home = directory / "home"
    monkeypatch.setenv("NIGHTDESK_SECANTUS_HOME", str(home))
    return home


_BUILDS = """
for part; do case $part in --root=*) root=${part#--root=};; esac; done
mkdir -p "$root/bin" && echo "$@" > "$root/bin/secantusd-rs"
"""


def test_what_was_built_is_the_store_of_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = _tools(tmp_path, monkeypatch, cargo=_BUILDS)
    assert SecantusRust.missing()
    SecantusRust.fetch()
    assert f"--version={SecantusRust.version}" in (home / "bin" / "secantusd-rs").read_text()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home", "tools"]
    settings = Settings(data_dir=tmp_path / "data", store_server="secantusd-rs")
    assert choose("store", settings).command()[0] == str(home / "bin" / "secantusd-rs")


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = _tools(tmp_path, monkeypatch, cargo=f"{_BUILDS}\necho no linker >&2; exit 101")
    with pytest.raises(RuntimeError, match="no linker"):
        SecantusRust.fetch()
    assert not home.exists()
    assert SecantusRust.missing()


def test_a_tool_that_is_not_here_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _tools(tmp_path, monkeypatch, cargo=_BUILDS)
    (tmp_path / "tools" / "cargo").unlink()
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    with pytest.raises(RuntimeError, match="needs cargo; without it"):
        SecantusRust.fetch()
