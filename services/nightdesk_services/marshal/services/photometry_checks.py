"""What uploaded points name must be there: objects, instruments and their filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nightdesk.surveys import SURVEYS

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.light_curves import LightCurves
from nightdesk_services.marshal.storage.sources import Sources


class Checks:
    """Looks up all that a request names at once."""

    def __init__(
        self, objects: ObjectService, sources: Sources, curves: LightCurves, instruments: Documents
    ) -> None:
        self._objects = objects
        self._sources = sources
        self._curves = curves
        self._instruments = instruments

    async def known(self, access: Access, rows: Sequence[Document], *, numbered: bool = True) -> None:
        """Check the objects, instruments and filters of points.

        Parameters
        ----------
        numbered
            Whether to say in which row of the request something is wrong.

        Raises
        ------
        Invalid
            If the person can know of no such object, or an instrument or its filter is not there.
        """
        instruments = await self._instruments.by_id(row["instrument_id"] for row in rows)
        seen = await self.objects(access, list(dict.fromkeys(row["obj_id"] for row in rows)))
        for number, row in enumerate(rows):
            place = f"row {number}: " if numbered else ""
            instrument = instruments.get(row["instrument_id"])
            if instrument is None:
                raise Invalid(f"instrument_id: {place}no instrument {row['instrument_id']}")
            if not _has_filter(instrument, row["filter"]):
                raise Invalid(f"filter: {place}the {instrument['name']} has no filter {row['filter']}")
            if row["obj_id"] not in seen:
                raise Invalid(f"obj_id: {place}no object {row['obj_id']}")

    async def objects(self, access: Access, obj_ids: Sequence[str]) -> set[str]:
        """Return those of some objects that the person may know of."""
        saved = await self._sources.by_id(obj_ids)
        seen = {i for i, one in saved.items() if access.sees_source(one)}
        for survey in SURVEYS.values():
            allowed = access.programs(survey.name)
            waiting = [i for i in obj_ids if i not in seen]
            if waiting and (allowed is None or allowed):
                seen |= await self._curves.known(survey, waiting)
        for obj_id in obj_ids:
            # a candidate that somebody noted; the first that is nothing at all ends the request
            if obj_id not in seen:
                try:
                    await self._objects.holders(access, obj_id)
                except NotFound:
                    break
                seen.add(obj_id)
        return seen


def _has_filter(instrument: Mapping[str, object], name: str) -> bool:
    filters = instrument.get("filters") or ()
    # as SkyPortal: a spectrograph's photometry is synthetic, in any filter
    return instrument.get("type") != "imager" or (isinstance(filters, (list, tuple)) and name in filters)
