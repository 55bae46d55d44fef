"""The rows of photometric series as points of a light curve."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import numpy as np
from nightdesk.photometry import ZEROPOINT, magnitude_of_flux
from nightdesk.photometry.conversions import LIMIT_SIGMA

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.photometry_surroundings import Surroundings
from nightdesk_services.marshal.services.photometry_systems import vega_offset
from nightdesk_services.marshal.services.photometry_views import Look
from nightdesk_services.marshal.services.series import hdf5
from nightdesk_services.marshal.services.series.statistics import brightness
from nightdesk_services.marshal.services.series.tables import lists, numbers
from nightdesk_services.marshal.storage.photometric_series import PhotometricSeries


class SeriesRows:
    """Reads the series of an object."""

    def __init__(self, series: PhotometricSeries, around: Surroundings) -> None:
        self._series = series
        self._around = around

    async def of(self, access: Access, obj_id: str, look: Look) -> list[Document]:
        """Return the rows of the series of an object that the person sees; their id is the series'."""
        found = [one for one in await self._series.among("obj_id", [obj_id]) if access.sees_measured(one)]
        if not found:
            return []
        ids = {one["instrument_id"] for one in found}
        instruments = await self._around.instrument_names(ids)
        telescopes = await self._around.telescopes(ids)
        rows: list[Document] = []
        for one in found:
            file = (await self._series.files([one["_id"]])).get(one["_id"])
            if file is None:
                continue
            number = one["instrument_id"]
            same = {
                "instrument": instruments.get(number),
                "instrument_name": instruments.get(number),
                "telescope": telescopes.get(number),
                "groups": shapes.groups(access, one["group_ids"]),
            }
            rows += await asyncio.to_thread(_rows, one, file, same, look)
        return rows


def _rows(series: Document, file: bytes, same: Mapping[str, object], look: Look) -> list[Document]:
    table, _ = hdf5.read(file)
    seen = brightness(table)
    shift = vega_offset(series["filter"]) if look.magsys == "vega" else None
    limit = numbers(table, ("limiting_mag",))
    limit = np.where(np.isnan(limit), magnitude_of_flux(seen["fluxerr"] * LIMIT_SIGMA), limit)
    seen |= {"limiting_mag": limit - (shift or 0.0), "mag": seen["mag"] - (shift or 0.0)}
    for name in ("ra", "dec"):
        seen[name] = numbers(table, (name, name.upper(), name.capitalize()))
    columns = lists(dict(seen))
    fixed = {
        **same,
        **{name: series.get(name) for name in ("obj_id", "filter", "instrument_id", "created_at")},
        **{name: series.get(name) for name in ("ra_unc", "dec_unc", "altdata")},
        "id": series["_id"],
        "origin": series.get("origin") or None,
        "magsys": "ab" if shift is None else "vega",
        "zp": ZEROPOINT - (shift or 0.0),
    }
    names = [*look.fields(), "instrument", "telescope", "groups"]
    rows = []
    for cells in zip(*columns.values(), strict=True):
        whole = fixed | dict(zip(columns, cells, strict=True))
        whole["ra"] = series["ra"] if whole["ra"] is None else whole["ra"]
        whole["dec"] = series["dec"] if whole["dec"] is None else whole["dec"]
        row = {name: whole.get(name) for name in names}
        look.finish(row)
        rows.append(row)
    return rows
