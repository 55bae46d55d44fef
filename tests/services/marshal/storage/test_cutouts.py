"""Cutouts are read from wherever they lie."""

from __future__ import annotations

from nightdesk.surveys import get
from nightdesk_services.broker.services.thinning import Thinning
from nightdesk_services.broker.storage.thinning import ThinningStore
from nightdesk_services.common.cutouts import CutoutPacks
from nightdesk_services.common.store import connect
from nightdesk_services.marshal.storage.cutouts import StoredCutouts

from tests.services.marshal.conftest import Desk

ZTF = get("ZTF")
DAY = "20260915"


async def test_those_that_were_put_elsewhere_are_found_again(desk: Desk) -> None:
    settings = desk.marshal.config.settings
    db, packs = connect(settings), CutoutPacks(settings.cutouts)
    names = {1: "ZTF26kept", 2: "ZTF26gone"}
    given = [
        {
            "_id": candid,
            "objectId": name,
            "cutoutScience": {"fileName": f"{candid}.fits", "stampData": name.encode()},
        }
        for candid, name in names.items()
    ]
    db[ZTF.cutouts].insert_many(packs.keep(ZTF, given, DAY))
    db["sources"].insert_one({"_id": names[1], "group_ids": []})
    stored = StoredCutouts(desk.marshal.store, packs)
    for candid, name in names.items():
        assert await stored.one(ZTF, candid, "cutoutScience") == name.encode()
        assert await stored.one(ZTF, candid, "cutoutTemplate") is None

    made = Thinning(ThinningStore(db), packs).thin(ZTF, DAY)
    assert (made.chosen, made.dropped) == (1, 1)
    # who has looked at them lately learns that they moved, and then where
    found = [await stored.one(ZTF, 1, "cutoutScience") for _ in range(2)]
    assert found == [None, names[1].encode()]
    assert [await stored.one(ZTF, 2, "cutoutScience") for _ in range(2)] == [None, None]
