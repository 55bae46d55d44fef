"""All that the page of a source shows, read at once."""

from __future__ import annotations

import asyncio
from base64 import b64encode
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


class Page(NamedTuple):
    """What a page shows."""

    source: Document
    """The source with all that was said of it, and our own fields."""
    photometry: list[bytes]
    """Its points as JSON, separated by commas, by time; both magnitudes and fluxes."""
    spectra: list[Document]
    cutouts: Document | None
    """Survey and candid of the newest alert that passed a filter, else of the newest, and its pictures, which
    are PNG in base 64."""


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

    async def of(self, access: Access, obj_id: str, query: ImageQuery) -> Page:
        """Return the page of an object.

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
            found = await source
            return Page(found, await photometry, (await spectra)["spectra"], await cutouts)
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
        pictures = await asyncio.gather(*(self._picture(access, newest, kind, query) for kind in KINDS))
        survey, candid = newest
        return {"survey": survey, "candid": str(candid), **dict(zip(KINDS, pictures, strict=True))}

    async def _picture(
        self, access: Access, alert: tuple[str, int], kind: str, query: ImageQuery
    ) -> str | None:
        try:
            drawn = await self._archive.picture(access, *alert, kind, query)
        except NotFound:
            return None
        return b64encode(drawn).decode()
