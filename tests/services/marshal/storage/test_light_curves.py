"""Light curves are whole whenever they are read, and read once."""

from __future__ import annotations

import asyncio
from typing import Any

import bson
import pytest
from nightdesk.surveys import get
from nightdesk_services.broker.storage.objects import ObjectStore
from nightdesk_services.common.store import connect
from nightdesk_services.marshal.storage.light_curves import LightCurves

from tests.services.marshal.conftest import Desk

ZTF = get("ZTF")
Document = dict[str, Any]


def version(name: str, number: int, *times: int) -> Document:
    """A version that brings detections at some times."""
    points = [{"jd": 2460000.5 + t, "fid": 1, "candid": t, "magpsf": 18.0} for t in times]
    return {
        "_id": f"{name}/{number}",
        "objectId": name,
        "v": number,
        "cross_matches": {},
        "added": bson.encode({"prv_candidates": points, "fp_hists": []}),
        "fresh": True,
    }


class Sky:
    """Three objects: one folded, one with news since, one that was never folded."""

    def __init__(self, desk: Desk) -> None:
        self.db = connect(desk.marshal.config.settings)
        self.curves = LightCurves(desk.marshal.store)
        self.add(version("ZTF18aaaaaaa", 1, 1, 2), version("ZTF18aaaaaab", 1, 1))
        self.fold()
        self.add(version("ZTF18aaaaaab", 2, 2, 3), version("ZTF18aaaaaac", 1, 5))

    def add(self, *versions: Document) -> None:
        self.db[ZTF.objects].insert_many(versions)

    def fold(self) -> None:
        ObjectStore(self.db).fold(100)

    async def times(self, *names: str, ahead: bool) -> dict[str, list[int]]:
        found = await self.curves.of(ZTF, names, ahead=ahead)
        return {
            name: [point["candid"] for part in parts for point in bson.decode(part)["prv_candidates"]]
            for name, parts in found.items()
        }


@pytest.fixture
async def sky(desk: Desk) -> Sky:
    return await asyncio.to_thread(Sky, desk)


@pytest.mark.parametrize("ahead", [False, True])
async def test_what_is_folded_and_what_is_new_make_one_curve(sky: Sky, ahead: bool) -> None:
    found = await sky.times("ZTF18aaaaaac", "ZTF18aaaaaab", "ZTF18nothing", "ZTF18aaaaaaa", ahead=ahead)
    assert found == {"ZTF18aaaaaac": [5], "ZTF18aaaaaab": [1, 2, 3], "ZTF18aaaaaaa": [1, 2]}
    assert list(found) == ["ZTF18aaaaaac", "ZTF18aaaaaab", "ZTF18aaaaaaa"]


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("news", [False, True])
async def test_points_that_are_folded_between_the_reads_are_not_missed(
    sky: Sky, monkeypatch: pytest.MonkeyPatch, ahead: bool, news: bool
) -> None:
    read, documents, asked = asyncio.Event(), sky.curves._folded, sky.curves._store.among
    reads: list[list[str]] = []

    async def folded(survey: Any, names: Any) -> dict[str, bytes]:
        found = await documents(survey, names)
        reads.append(sorted(names))
        read.set()
        return found

    async def among(*what: Any) -> Any:
        if ahead:
            await read.wait()
        await asyncio.to_thread(sky.fold)
        if news:
            await asyncio.to_thread(sky.add, version("ZTF18aaaaaab", 3, 7))
        return await asked(*what)

    monkeypatch.setattr(sky.curves, "_folded", folded)
    monkeypatch.setattr(sky.curves._store, "among", among)
    found = await sky.times("ZTF18aaaaaaa", "ZTF18aaaaaab", "ZTF18aaaaaac", ahead=ahead)
    assert found["ZTF18aaaaaaa"] == [1, 2]
    assert sorted(found["ZTF18aaaaaab"]) == [1, 2, 3, *([7] if news else [])]
    assert found["ZTF18aaaaaac"] == [5]
    # only what had changed was read again
    assert reads[1:] == ([["ZTF18aaaaaab", "ZTF18aaaaaac"]] if ahead else [])
