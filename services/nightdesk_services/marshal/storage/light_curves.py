"""Light curves of many objects, as the broker stored them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection
from typing import Final

from bson import decode
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from nightdesk.surveys import Survey

from nightdesk_services.common.tasks import ended
from nightdesk_services.marshal.storage.store import Store

_RAW: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)
_BY_NAME: Final = b"\x02_id\0"
"""How a document begins whose first field is a text named ``_id``."""
_NUMBERS: Final = {b"\x10v\0": 4, b"\x12v\0": 8}
"""How a field named ``v`` begins -> bytes of the integer in it."""
_CHUNK: Final = 1000


class LightCurves:
    """Reads two collections of a survey, once each for all objects."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(
        self, survey: Survey, obj_ids: Collection[str], *, ahead: bool = False
    ) -> dict[str, list[bytes]]:
        """Return the light curves of those objects that the survey knows, in the order of the objects.

        Parameters
        ----------
        ahead
            Whether to read both collections at the same time: sooner done, but in vain for what is unknown.

        Returns
        -------
        found
            Name of an object -> BSON documents with the parts of its light curve.
        """
        reading = asyncio.create_task(self._folded(survey, obj_ids)) if ahead else None
        try:
            found = await self._store.among(survey.objects, "objectId", obj_ids, ("objectId", "v", "added"))
            versions: dict[str, list[bytes]] = defaultdict(list)
            emptied: dict[str, int] = {}
            for version in sorted(found, key=lambda one: one["v"]):
                name = version["objectId"]
                versions[name] += [version["added"]] if "added" in version else []
                if "added" not in version:
                    emptied[name] = version["v"]
            folded = await reading if reading and versions else {}
        finally:
            await ended(reading)
        # what was emptied is in the document, if only that was read later: a point that is folded between the
        # two reads shall be seen twice, not missed
        late = [name for name in versions if not ahead or _version(folded.get(name)) < emptied.get(name, 0)]
        folded |= await self._folded(survey, late) if late else {}
        return {
            name: [*([folded[name]] if name in folded else ()), *versions[name]]
            for name in obj_ids
            if name in versions
        }

    async def _folded(self, survey: Survey, obj_ids: Collection[str]) -> dict[str, bytes]:
        """Return the documents of objects; whole, since to leave out a field costs more than all the rest."""
        aux = self._store[survey.aux].with_options(codec_options=_RAW)
        documents = await aux.find({"_id": {"$in": list(obj_ids)}}).to_list()
        return {_id(raw): raw for raw in (bytes(one.raw) for one in documents)}

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
        return raw[13 : _after_name(raw) - 1].decode()
    name: str = decode(raw)["_id"]
    return name


def _version(raw: bytes | None) -> int:
    """Return the last version that was folded into a document, 0 without one; it stands after the name."""
    if raw is None:
        return 0
    at = _after_name(raw)
    if raw[4:9] == _BY_NAME and (size := _NUMBERS.get(raw[at : at + 3])):
        return int.from_bytes(raw[at + 3 : at + 3 + size], "little")
    version: int = decode(raw).get("v", 0)
    return version


def _after_name(raw: bytes) -> int:
    """Return where the first field of a document ends if that is its name."""
    return 13 + int.from_bytes(raw[9:13], "little")
