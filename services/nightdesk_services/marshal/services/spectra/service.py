"""Spectra one by one: storing, showing, changing and removing them."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import Any, Final

from nightdesk_services.marshal.access import SITEWIDE, Access, Document
from nightdesk_services.marshal.exceptions import NotFound, absent
from nightdesk_services.marshal.models.spectra import (
    Columns,
    Credits,
    FilePost,
    SpectrumPost,
    SpectrumPut,
    SpectrumQuery,
)
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.resources import SOURCES, Resources
from nightdesk_services.marshal.services.spectra import files, shapes
from nightdesk_services.marshal.services.spectra.links import Links
from nightdesk_services.marshal.services.spectra.parsed import Parsed
from nightdesk_services.marshal.services.spectra.values import FIELDS, Values
from nightdesk_services.marshal.services.spectra.views import SpectrumViews
from nightdesk_services.marshal.storage.spectra import Spectra

_CONTACTS: Final = {
    "pi": "external_pi",
    "reduced_by": "external_reducer",
    "observed_by": "external_observer",
}
"""Field of user ids -> field of somebody from outside whom they speak for."""


class SpectrumService:
    """A spectrum is seen by the groups that hold it, its owner's own always among them."""

    def __init__(
        self,
        spectra: Spectra,
        views: SpectrumViews,
        resources: Resources,
        instruments: InstrumentService,
        links: Links,
    ) -> None:
        self._spectra = spectra
        self._views = views
        self._resources = resources
        self._instruments = instruments
        self._links = links

    async def known(self, access: Access, number: int) -> Document:
        """Return what is known of a spectrum that the person sees.

        Raises
        ------
        NotFound
            If there is none that they may know of.
        """
        found = await self._spectra.get(number)
        if found is None or not access.sees(found["group_ids"]):
            raise absent(f"spectrum {number}")
        return found

    async def values(self, number: int) -> Values:
        """Return the numbers of a spectrum.

        Raises
        ------
        NotFound
            If it has none.
        """
        stored = (await self._spectra.values([number])).get(number)
        if stored is None:
            raise absent(f"numbers of spectrum {number}")
        return Values.stored(stored)

    async def get(self, access: Access, number: int, query: SpectrumQuery) -> Document:
        """Return a spectrum with all that belongs to it."""
        row = await self.known(access, number)
        (shown,) = await self._views.whole(access, [row], files=query.include_original_file)
        return shown

    async def create(self, access: Access, post: SpectrumPost) -> int:
        """Store a spectrum and return its id."""
        wanted = sorted(access.readable) if post.group_ids == "all" else post.group_ids or []
        values = await asyncio.to_thread(Values.checked, post.wavelengths, post.fluxes, post.errors)
        groups = access.holding(wanted)
        await self._links.groups(access, post.followup_request_id, post.assignment_id)
        fields = post.model_dump(exclude=set(FIELDS)) | {
            "group_ids": groups,
            "altdata": shapes.altdata(post.altdata),
        }
        return await self._store(access, post, fields, values, None)

    async def parse(self, access: Access, asked: Columns) -> Document:
        """Return the spectrum in a file as it would be stored."""
        parsed = await asyncio.to_thread(files.parse, asked)
        return parsed.values.lists | {
            "units": parsed.units,
            "altdata": parsed.header or None,
            "original_file_string": asked.ascii,
            "owner_id": access.user_id,
        }

    async def create_of_file(self, access: Access, post: FilePost) -> int:
        """Store the spectrum in a file and return its id; who waits for it sees it too."""
        wanted = [SITEWIDE] if post.group_ids == "all" else post.group_ids or []
        groups = set(access.holding(wanted))
        groups |= await self._links.groups(access, post.followup_request_id, post.assignment_id)
        parsed: Parsed = await asyncio.to_thread(files.parse, post)
        fields = post.model_dump(exclude={"filename", *Columns.model_fields}) | {
            "group_ids": sorted(groups),
            "origin": None,
            "units": parsed.units,
            "altdata": shapes.altdata(parsed.header or None),
            "original_file_filename": PurePosixPath(post.filename.replace("\\", "/")).name or "spectrum",
        }
        return await self._store(access, post, fields, parsed.values, post.ascii)

    async def change(self, access: Access, number: int, put: SpectrumPut) -> None:
        """Change a spectrum, as its owner."""
        former = await self.known(access, number)
        access.require_owner(former, "spectrum")
        await self._check(access, put, put.obj_id, put.instrument_id)
        wanted = sorted(access.readable) if put.group_ids == "all" else put.group_ids or []
        groups = access.chosen(wanted) if wanted else frozenset()
        await self._links.groups(access, put.followup_request_id, put.assignment_id)
        given = put.model_dump(exclude_none=True, exclude={"group_ids"})
        fields: dict[str, Any] = {name: value for name, value in given.items() if name not in FIELDS}
        for contacts, external in _CONTACTS.items():
            # whom new contacts speak for is named with them
            if contacts in fields:
                fields[external] = getattr(put, external)
        if put.altdata is not None:
            fields["altdata"] = shapes.altdata(put.altdata)
        values = await self._changed(number, {name: given[name] for name in FIELDS if name in given})
        if values is not None:
            fields["points"] = len(values.wavelengths)
        await self._spectra.change(number, fields, values.document if values else None, groups)
        if put.obj_id not in (None, former["obj_id"]):
            await self._spectra.note_gone(former)

    async def remove(self, access: Access, number: int) -> None:
        """Remove a spectrum and what was said of it, as its owner."""
        row = await self.known(access, number)
        access.require_owner(row, "spectrum")
        await self._spectra.remove(row)

    async def _store(
        self,
        access: Access,
        post: SpectrumPost | FilePost,
        fields: Document,
        values: Values,
        file: str | None,
    ) -> int:
        await self._check(access, post, post.obj_id, post.instrument_id)
        own = {"owner_id": access.user_id, "points": len(values.wavelengths)}
        return await self._spectra.insert(fields | own, values.document, file)

    async def _check(
        self, access: Access, credits: Credits, obj_id: str | None, instrument_id: int | None
    ) -> None:
        """Check that all that is named is there."""
        if obj_id is not None:
            try:
                await self._resources.held(access, SOURCES, obj_id)
            except NotFound as error:
                raise absent(f"object {obj_id}", "obj_id") from error
        if instrument_id is not None:
            await self._instruments.known(instrument_id, "instrument_id")
        for field in _CONTACTS:
            for user_id in getattr(credits, field) or ():
                if user_id not in access.directory.users:
                    raise absent(f"user {user_id}", field)

    async def _changed(self, number: int, given: Document) -> Values | None:
        """Return a spectrum's numbers with some of them replaced, None where none are."""
        if not given:
            return None
        if "wavelengths" in given and "fluxes" in given:
            # what is replaced as a whole keeps no errors of what was there before
            return await asyncio.to_thread(Values.checked, *(given.get(name) for name in FIELDS))
        former = await self.values(number)
        kept = {name: given.get(name, getattr(former, name)) for name in FIELDS}
        return await asyncio.to_thread(Values.checked, *(kept[name] for name in FIELDS))
