"""Cutouts lie in packs beside the store, which knows where in a pack each of them is.

They are most of a packet, are never searched, and would go through the store's journal and its cache. A pack
is one file with the cutouts of a batch, one after another; it is on disk before a document tells of it. Of
the packs of a batch that is repeated after a crash some may be named by no document.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from nightdesk.archive.place import Place
from nightdesk.surveys import Survey

Document = dict[str, Any]


class CutoutPacks:
    """Packs below a directory of any file system that fsspec knows.

    Parameters
    ----------
    root
        Path or URL of the directory.
    """

    def __init__(self, root: str) -> None:
        self._place = Place.at(root)

    def keep(self, survey: Survey, documents: Sequence[Document]) -> list[Document]:
        """Write a pack; return the documents with the place of each cutout (``at``, ``size``) instead of it.

        Parameters
        ----------
        documents
            Of one batch: ``_id``, ``objectId``, and the cutouts, each with ``fileName`` and ``stampData``.
        """
        if not documents:
            return []
        name = f"{survey.name}/{datetime.now(UTC):%Y%m%d}/{uuid.uuid4().hex}.pack"
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
        self._place.put(name, b"".join(pieces))
        return made

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
