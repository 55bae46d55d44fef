"""Cutouts lie in packs beside the store, which knows where in a pack each of them is.

They are most of a packet, are never searched, and would go through the store's journal and its cache. A pack
is one file with the cutouts of a batch, one after another, and at its end the list of the alerts; it is on
disk before a document tells of it. Of the packs of a batch that is repeated after a crash some may be named
by no document.
"""

from __future__ import annotations

import json
import struct
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from nightdesk.archive.place import Place
from nightdesk.surveys import Survey

Document = dict[str, Any]

CHOSEN: Final = "chosen"
"""Folder of the packs that are never thinned out."""
_END: Final = struct.Struct("<Q8s")
"""Last bytes of a pack: the size of the list before, and what tells that there is one."""
_MARK: Final = b"NDPACK01"


class Listed(NamedTuple):
    """An alert in a pack."""

    candid: int
    object_id: str


class CutoutPacks:
    """Packs below a directory of any file system that fsspec knows, in folders by survey and UTC date.

    Parameters
    ----------
    root
        Path or URL of the directory.
    """

    def __init__(self, root: str) -> None:
        self._place = Place.at(root)

    def keep(self, survey: Survey, documents: Sequence[Document], folder: str = "") -> list[Document]:
        """Write a pack; return the documents with the place of each cutout (``at``, ``size``) instead of it.

        Parameters
        ----------
        documents
            Of one batch: ``_id``, ``objectId``, and the cutouts, each with ``fileName`` and ``stampData``.
        folder
            Where to write it; else that of today.
        """
        if not documents:
            return []
        day = folder or f"{datetime.now(UTC):%Y%m%d}"
        name = f"{survey.name}/{day}/{uuid.uuid4().hex}.pack"
        pieces: list[bytes] = []
        end = 0
        made = []
        for document in documents:
            kept: Document = {"pack": name}
            for field, value in document.items():
                if isinstance(value, dict) and "stampData" in value:
                    data = value["stampData"]
                    kept[field] = {"fileName": value["fileName"], "at": end, "size": len(data)}
                    pieces.append(data)
                    end += len(data)
                else:
                    kept[field] = value
            made.append(kept)
        listing = json.dumps([(int(one["_id"]), one["objectId"]) for one in documents]).encode()
        self._place.put(name, b"".join([*pieces, listing, _END.pack(len(listing), _MARK)]))
        return made

    def days(self, survey: Survey) -> list[str]:
        """Return the UTC dates (``yyyymmdd``) on which packs were written, those that are left, sorted."""
        return [day for day in (self._place / survey.name).folders() if day != CHOSEN]

    def packs(self, survey: Survey, folder: str) -> dict[str, int]:
        """Return the packs of a date and their bytes; of `CHOSEN` those that stay."""
        found = (self._place / survey.name / folder).sizes()
        return {
            f"{survey.name}/{folder}/{name}": size for name, size in found.items() if name.endswith(".pack")
        }

    def listed(self, pack: str, size: int) -> list[Listed] | None:
        """Return the alerts of a pack of some bytes, None if it has no list of them."""
        if size < _END.size:
            return None
        length, mark = _END.unpack(self._place.read_part(pack, size - _END.size, _END.size))
        if mark != _MARK or length > size - _END.size:
            return None
        listing = json.loads(self._place.read_part(pack, size - _END.size - length, length))
        return [Listed(candid, object_id) for candid, object_id in listing]

    def remove(self, pack: str) -> None:
        """Delete a pack, and its folder if that was the last one."""
        self._place.delete(pack)
        (self._place / pack.rpartition("/")[0]).delete_if_empty()

    def data(self, document: Document, field: str) -> bytes | None:
        """Return a cutout, None if the document has none of this name or its pack has been removed."""
        cutout = document.get(field)
        if not isinstance(cutout, dict):
            return None
        if "stampData" in cutout:  # as Kowalski and BOOM store it
            return bytes(cutout["stampData"])
        try:
            return self._place.read_part(document["pack"], cutout["at"], cutout["size"])
        except FileNotFoundError:
            return None

    def whole(self, document: Document, fields: Iterable[str]) -> Document:
        """Return a document with the cutouts themselves, as they came in the packet."""
        made = {name: value for name, value in document.items() if name not in ("pack", *fields)}
        for field in fields:
            data = self.data(document, field)
            if data is not None:
                made[field] = {"fileName": document[field].get("fileName"), "stampData": data}
        return made
