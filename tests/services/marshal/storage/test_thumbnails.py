"""Pictures on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from nightdesk_services.marshal.storage.thumbnails import ThumbnailFiles


@pytest.mark.parametrize("depth", [0, 1, 2, 32])
def test_names_are_made_of_the_number(depth: int) -> None:
    name = ThumbnailFiles.name(7, depth)
    *folders, last = name.split("/")
    assert last == "7.png" and len(folders) == depth
    assert all(len(folder) == 2 for folder in folders)
    assert ThumbnailFiles.name(7, depth) == name


async def test_a_picture_is_written_moved_and_removed(tmp_path: Path) -> None:
    files = ThumbnailFiles(tmp_path / "pictures")
    assert await files.read(1, 2) is None
    assert await files.prune() == 0
    await files.write(1, 2, b"one")
    assert await files.read(1, 2) == b"one"
    assert await files.move(1, 2, 3)
    assert await files.read(1, 2) is None
    assert await files.read(1, 3) == b"one"
    assert await files.move(1, 2, 3), "once more, after a crash before its record was changed"
    assert not await files.move(2, 2, 3)
    await files.remove(1, 3)
    await files.remove(1, 3)
    assert not list((tmp_path / "pictures").rglob("*.p*"))
    assert await files.prune() > 0
    assert list((tmp_path / "pictures").iterdir()) == []
