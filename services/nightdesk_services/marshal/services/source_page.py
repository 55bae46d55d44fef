"""All that the page of a source shows, read at once."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator
from typing import Final, NamedTuple

from nightdesk_services.common.tasks import ended
from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.models.archive import ImageQuery
from nightdesk_services.marshal.models.photometry import CurveQuery
from nightdesk_services.marshal.models.sources import SourceQuery
from nightdesk_services.marshal.models.spectra import ObjectSpectraQuery
from nightdesk_services.marshal.services.archive import ArchiveService
from nightdesk_services.marshal.services.photometry import PhotometryService
from nightdesk_services.marshal.services.source_details import Passed, SourceDetails
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.services.spectra.listing import SpectrumListing

KINDS: Final = ("science", "template", "difference")


class Rows(NamedTuple):
    """A list that is JSON already."""

    encoded: list[bytes]
    """One or more rows each."""


Part = tuple[str, Document | list[Document] | Rows | None]
"""What a page shows, by name: ``source`` with all that was said of it and our own fields; ``spectra``;
``cutouts``: survey and candid of the newest alert that passed a filter, else of the newest, and its pictures,
which are PNG in base 64; ``photometry``: its points by time, both magnitudes and fluxes."""


class SourcePage:
    """Puts together what has services of its own; what these ask the store goes there together."""

    def __init__(
        self,
        *,
        sources: SourceService,
        details: SourceDetails,
        photometry: PhotometryService,
        spectra: SpectrumListing,
        archive: ArchiveService,
    ) -> None:
        self._sources = sources
        self._details = details
        self._photometry = photometry
        self._spectra = spectra
        self._archive = archive

    async def parts(self, access: Access, obj_id: str, query: ImageQuery) -> AsyncGenerator[Part, None]:
        """Yield the parts of an object's page; all are read at once, and what takes longest comes last.

        Raises
        ------
        NotFound
            If the person can know of no such object.
        """
        passed = asyncio.create_task(self._details.passed(access, obj_id))
        source = asyncio.create_task(
            self._sources.get(access, obj_id, SourceQuery(include_comments=True, extras=True), passed)
        )
        photometry = asyncio.create_task(
            self._photometry.encoded(access, obj_id, CurveQuery(format="both", extras=True))
        )
        spectra = asyncio.create_task(self._spectra.of_object(access, obj_id, ObjectSpectraQuery()))
        cutouts = asyncio.create_task(self._cutouts(access, obj_id, query, passed))
        try:
            # in this order, so that it is always the source's own error that is told
            yield "source", await source
            yield "spectra", (await spectra)["spectra"]
            yield "cutouts", await cutouts
            yield "photometry", Rows(await photometry)
        finally:
            await ended(source, photometry, spectra, cutouts, passed)

    async def _cutouts(
        self, access: Access, obj_id: str, query: ImageQuery, candidates: Passed
    ) -> Document | None:
        if not access.has("candidates", "read"):
            return None
        passed = next(iter(await candidates), None)
        if passed is not None:
            newest = (str(passed["survey"]), int(passed["candid"]))
        elif (found := await self._archive.newest(access, obj_id)) is not None:
            newest = found
        else:
            return None
        try:
            drawn = await self._archive.pictures(access, *newest, KINDS, query)
        except NotFound:  # the alert is gone, or the person's streams do not bring it
            drawn = {}
        pictures = {kind: b64encode(drawn[kind]).decode() if kind in drawn else None for kind in KINDS}
        survey, candid = newest
        return {"survey": survey, "candid": str(candid), **pictures}
