"""Cutouts come back from their packs as they went in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nightdesk.surveys import get
from nightdesk_services.common.cutouts import CHOSEN, CutoutPacks

ZTF = get("ZTF")
FIELDS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


def document(candid: int, **cutouts: bytes) -> dict[str, Any]:
    stamps = {name: {"fileName": f"{candid}.fits", "stampData": data} for name, data in cutouts.items()}
    return {"_id": candid, "objectId": f"ZTF{candid}"} | stamps


def test_what_was_kept_is_read(tmp_path: Path) -> None:
    packs = CutoutPacks(str(tmp_path))
    given = [
        document(1, cutoutScience=b"one", cutoutTemplate=b"", cutoutDifference=b"\x00\xff" * 1000),
        document(2, cutoutScience=b"two"),
        document(3),
    ]
    kept = packs.keep(ZTF, given)
    assert [one["_id"] for one in kept] == [1, 2, 3]
    assert not any("stampData" in str(one) for one in kept)
    (file,) = tmp_path.rglob("*.pack")
    assert {one["pack"] for one in kept} == {str(file.relative_to(tmp_path))}
    assert [packs.whole(one, FIELDS) for one in kept] == given
    assert packs.data(kept[0], "cutoutDifference") == b"\x00\xff" * 1000
    assert packs.data(kept[1], "cutoutTemplate") is None


def test_packs_tell_what_is_in_them(tmp_path: Path) -> None:
    packs = CutoutPacks(str(tmp_path))
    assert packs.days(ZTF) == []
    packs.keep(ZTF, [document(2**62 + 1, cutoutScience=b"one"), document(2)], "20260915")
    packs.keep(ZTF, [document(3)], CHOSEN)
    assert packs.days(ZTF) == ["20260915"]
    (found,) = packs.packs(ZTF, "20260915").items()
    assert found[1] == (tmp_path / found[0]).stat().st_size
    assert packs.listed(*found) == [(2**62 + 1, f"ZTF{2**62 + 1}"), (2, "ZTF2")]
    packs.remove(found[0])
    assert packs.days(ZTF) == []
    assert len(packs.packs(ZTF, CHOSEN)) == 1


@pytest.mark.parametrize("contents", [b"", b"x" * 100, b"[]" + (2**40).to_bytes(8, "little") + b"NDPACK01"])
def test_a_pack_without_a_list_says_so(tmp_path: Path, contents: bytes) -> None:
    (tmp_path / "ZTF.pack").write_bytes(contents)
    assert CutoutPacks(str(tmp_path)).listed("ZTF.pack", len(contents)) is None


def test_nothing_writes_no_pack(tmp_path: Path) -> None:
    assert CutoutPacks(str(tmp_path)).keep(ZTF, []) == []
    assert not list(tmp_path.iterdir())


def test_a_pack_that_was_removed_has_no_cutouts(tmp_path: Path) -> None:
    packs = CutoutPacks(str(tmp_path))
    (kept,) = packs.keep(ZTF, [document(1, cutoutScience=b"one")])
    for file in tmp_path.rglob("*.pack"):
        file.unlink()
    assert packs.data(kept, "cutoutScience") is None
    assert packs.whole(kept, FIELDS) == {"_id": 1, "objectId": "ZTF1"}


def test_a_cutout_within_its_document_is_read_too(tmp_path: Path) -> None:
    packs = CutoutPacks(str(tmp_path))
    given = document(1, cutoutScience=b"one")
    assert packs.data(given, "cutoutScience") == b"one"
    assert packs.whole(given, FIELDS) == given


def test_packs_lie_in_any_file_system() -> None:
    packs = CutoutPacks("memory://cutouts-of-a-test")
    (kept,) = packs.keep(ZTF, [document(1, cutoutScience=b"one", cutoutTemplate=b"two")])
    assert packs.data(kept, "cutoutTemplate") == b"two"
