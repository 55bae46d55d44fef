"""Light curves as SkyPortal's photometry points."""

from __future__ import annotations

import asyncio
from hashlib import blake2b

from nightdesk.photometry import ZEROPOINT, light_curve
from nightdesk.surveys import Survey

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.models.sources import PhotometryQuery
from nightdesk_services.marshal.services.objects import ObjectService

_COMMON = (
    "id",
    "obj_id",
    "mjd",
    "filter",
    "magsys",
    "instrument_name",
    "origin",
    "candid",
    "isdiffpos",
    "snr",
)
_FORMS: dict[str, tuple[str, ...]] = {
    "mag": ("mag", "magerr", "limiting_mag"),
    "flux": ("flux", "fluxerr", "zp"),
}
_FORMS["both"] = _FORMS["mag"] + _FORMS["flux"]


class PhotometryService:
    """Every point of an object that the person may see, saved or not."""

    def __init__(self, objects: ObjectService) -> None:
        self._objects = objects

    async def points(self, access: Access, obj_id: str, query: PhotometryQuery) -> list[Document]:
        """Return the light curve, sorted by time; difference fluxes in µJy (zero point 23.9, AB)."""
        survey, aux = await self._objects.aux(access, obj_id, fields=["prv_candidates", "fp_hists"])
        points = await asyncio.to_thread(_points, survey, obj_id, aux)
        keys = _COMMON + _FORMS[query.format]
        return [
            {key: point[key] for key in keys}
            for point in points
            if access.sees_point(survey.name, point["programid"])
        ]


def _points(survey: Survey, obj_id: str, aux: Document) -> list[Document]:
    table = light_curve(survey, aux)
    points = []
    for row in table.iter_rows(named=True):
        flux, error = row["flux"], row["fluxerr"]
        points.append(
            row
            | {
                "id": _point_id(row),
                "obj_id": obj_id,
                "magsys": "ab",
                "zp": ZEROPOINT,
                "instrument_name": survey.instrument,
                "origin": row["kind"],
                "candid": None if row["candid"] is None else str(row["candid"]),
                "snr": flux / error if flux is not None and error else None,
            }
        )
    return points


def _point_id(row: Document) -> int:
    """Return a number that stays with a point; below 2**53, as browsers need."""
    key = f"{row['kind']}:{row['candid']}:{row['mjd']!r}:{row['filter']}"
    return int.from_bytes(blake2b(key.encode(), digest_size=6).digest(), "big")
