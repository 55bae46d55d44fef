"""Light curves of many objects, as the broker stored them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from bson import decode
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from nightdesk.surveys import Survey

from nightdesk_services.marshal.storage.store import Store

_RAW: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)
_BY_NAME: Final = b"\x02_id\0"
"""How a document begins whose first field is a text named ``_id``."""
_CHUNK: Final = 1000


class LightCurves:
    """Reads two collections of a survey, once each for all objects."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, survey: Survey, obj_ids: Collection[str]) -> dict[str, list[bytes]]:
        """Return the light curves of those objects that the survey knows, in the order of the objects.

        Returns
        -------
        found
            Name of an object -> BSON documents with the parts of its light curve.
        """
        # versions first: a point that is folded between the two reads is then seen twice, not missed
        found = await self._store.among(survey.objects, "objectId", obj_ids, ("objectId", "v", "added"))
        versions: dict[str, list[bytes]] = defaultdict(list)
        for version in sorted(found, key=lambda one: one["v"]):
            versions[version["objectId"]] += [version["added"]] if "added" in version else []
        if not versions:
            return {}
        aux = self._store[survey.aux].with_options(codec_options=_RAW)
        # whole as they lie: to leave out a field costs the store more than all the rest
        documents = await aux.find({"_id": {"$in": list(versions)}}).to_list()
        folded = {_id(raw): [raw] for raw in (bytes(one.raw) for one in documents)}
        return {name: [*folded.get(name, ()), *versions[name]] for name in obj_ids if name in versions}

    async def known(self, survey: Survey, obj_ids: Collection[str]) -> set[str]:
        """Return those objects that the survey knows."""
        ids, found = sorted(set(obj_ids)), set()
        for start in range(0, len(ids), _CHUNK):
            query = {"objectId": {"$in": ids[start : start + _CHUNK]}}
            part = self._store[survey.objects].find(query, {"_id": 0, "objectId": 1})
            found |= {one["objectId"] async for one in part}
        return found


def _id(raw: bytes) -> str:
    """Return the name of an object, without a look at its thousands of points."""
    if raw[4:9] == _BY_NAME:
        size = int.from_bytes(raw[9:13], "little")
        return raw[13 : 12 + size].decode()
    name: str = decode(raw)["_id"]
    return name
