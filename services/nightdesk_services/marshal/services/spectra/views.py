"""Spectra as a person sees them: with their numbers, people and what was said of them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence

from nightdesk_services.common.tasks import nothing
from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.services import shapes as records
from nightdesk_services.marshal.services.spectra import shapes
from nightdesk_services.marshal.services.spectra.values import Values
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.spectra import Spectra

Shape = Callable[[Access, Document], Document]


class SpectrumViews:
    """Draws spectra."""

    def __init__(self, spectra: Spectra, instruments: Documents, telescopes: Documents) -> None:
        self._spectra = spectra
        self._instruments = instruments
        self._telescopes = telescopes

    async def whole(
        self, access: Access, rows: Sequence[Document], *, files: bool = False, normalized: bool = False
    ) -> list[Document]:
        """Return spectra with all that belongs to them.

        Parameters
        ----------
        files
            Also the files that they came in.
        normalized
            Scaled as `Values.normalized` says.
        """
        ids = [row["_id"] for row in rows]
        numbered, placed, (comments, annotations) = await asyncio.gather(
            self.numbered(rows, normalized=normalized), self._places(rows), self._said(access, ids)
        )
        contents = await self._spectra.files(ids) if files else {}
        made = []
        for row, numbers in zip(rows, numbered, strict=True):
            i = row["_id"]
            said = {"comments": comments[i], "annotations": annotations[i]}
            file = {"original_file_string": contents.get(i)} if files else {}
            made.append(numbers | shapes.people(access, row) | placed[i] | said | file)
        return made

    async def numbered(self, rows: Sequence[Document], *, normalized: bool = False) -> list[Document]:
        """Return what is known of spectra, with their numbers."""
        stored = await self._spectra.values([row["_id"] for row in rows])
        return await asyncio.to_thread(_numbered, rows, stored, normalized)

    async def brief(self, rows: Sequence[Document]) -> list[Document]:
        """Return what is known of spectra, with where they were taken."""
        placed = await self._places(rows)
        return [
            shapes.brief(row) | {"instrument_name": placed[row["_id"]]["instrument_name"]} for row in rows
        ]

    async def _places(self, rows: Sequence[Document]) -> dict[int, Document]:
        instruments = await self._instruments.by_id(row.get("instrument_id", -1) for row in rows)
        telescopes = await self._telescopes.by_id(one["telescope_id"] for one in instruments.values())
        made = {}
        for row in rows:
            instrument = instruments.get(row.get("instrument_id", -1))
            telescope = telescopes.get(instrument["telescope_id"]) if instrument else None
            made[row["_id"]] = shapes.place(instrument, telescope)
        return made

    async def _said(
        self, access: Access, ids: Collection[int]
    ) -> tuple[dict[int, list[Document]], dict[int, list[Document]]]:
        """Return the comments on spectra and their annotations, newest first."""
        comments, found = await asyncio.gather(
            self._spectra.comments(ids) if access.has("comments", "read") else nothing(list[Document]),
            self._spectra.annotations(ids),
        )
        annotations = _by_spectrum(access, found, records.annotation)
        typed = {i: [one | {"type": "spectrum"} for one in said] for i, said in annotations.items()}
        return _by_spectrum(access, comments, records.comment), defaultdict(list, typed)


def _by_spectrum(access: Access, found: list[Document], shape: Shape) -> dict[int, list[Document]]:
    made: dict[int, list[Document]] = defaultdict(list)
    for one in access.visible(found):
        made[one["spectrum_id"]].append(shape(access, one))
    return made


def _numbered(rows: Sequence[Document], stored: dict[int, Document], normalized: bool) -> list[Document]:
    made = []
    for row in rows:
        one = shapes.columns(row)
        if row["_id"] in stored:
            values = Values.stored(stored[row["_id"]])
            one |= (values.normalized() if normalized else values).lists
        made.append(one)
    return made
