"""Synthetic photometry: points of a light curve that are worked out of a spectrum."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.photometry import PhotometryPost, UpsertQuery
from nightdesk_services.marshal.services.photometry_posts import PhotometryPosts
from nightdesk_services.marshal.services.shapes import jd_of_time
from nightdesk_services.marshal.services.spectra.bands import BANDS, Seen, through
from nightdesk_services.marshal.services.spectra.service import SpectrumService
from nightdesk_services.marshal.services.spectra.values import Values

_MJD: Final = 2400000.5
_SIGMA: Final = 5
_NO_LIMIT: Final = 25.0
"""Limiting magnitude of a point whose spectrum has no errors, as SkyPortal has it."""


class SyntheticPhotometry:
    """Looks at spectra through filters and stores what is seen."""

    def __init__(self, spectra: SpectrumService, posts: PhotometryPosts) -> None:
        self._spectra = spectra
        self._posts = posts

    async def create(self, access: Access, number: int, filters: Sequence[str]) -> None:
        """Store a spectrum's AB magnitudes through some filters, for all filters or none.

        The points are for the person's groups that hold the spectrum; those that are there already stay.
        Their ``altdata`` tell of the spectrum and of the box that stood for each filter's transmission.
        Without errors of the spectrum, ``magerr`` is 0.

        Raises
        ------
        Invalid
            If the spectrum has no units, does not cover a filter, or is not positive there.
        """
        row = await self._spectra.known(access, number)
        if row.get("units") is None:
            raise Invalid(f"filters: spectrum {number} has no units, so its fluxes cannot be converted")
        names = list(dict.fromkeys(filters))
        values = await self._spectra.values(number)
        seen = await asyncio.to_thread(_seen, values, row["units"], names)
        await self._posts.upsert(access, _post(access, row, seen), UpsertQuery())


def _seen(values: Values, units: str, names: Sequence[str]) -> dict[str, Seen]:
    return {name: through(values, units, name) for name in names}


def _post(access: Access, row: Document, seen: dict[str, Seen]) -> PhotometryPost:
    return PhotometryPost(
        obj_id=[row["obj_id"]],
        mjd=[jd_of_time(row["observed_at"]) - _MJD],
        instrument_id=[row["instrument_id"]],
        filter=list(seen),
        mag=[one.mag for one in seen.values()],
        magerr=[one.magerr or 0.0 for one in seen.values()],
        limiting_mag=[one.limit(_SIGMA) or _NO_LIMIT for one in seen.values()],
        # points of one time and brightness are one to SkyPortal's rule, whatever their filter
        origin=[f"synthetic {name}, spectrum {row['_id']}" for name in seen],
        altdata=[_altdata(row["_id"], name, one) for name, one in seen.items()],
        group_ids=[group_id for group_id in row["group_ids"] if access.sees([group_id])],
    )


def _altdata(number: int, name: str, seen: Seen) -> Document:
    band = BANDS[name]
    return {
        "synthetic": True,
        "spectrum_id": number,
        "bandpass": f"box from {band.blue:g} to {band.red:g} Angstrom",
        "bandpass_reference": band.reference,
        "errors": "of the spectrum" if seen.error is not None else "not known",
    }
