"""Photometric series: uploading, changing, finding and giving out."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from typing import Any, Final

import numpy as np
from nightdesk import sky
from nightdesk.photometry import POGSON, flux_of_magnitude, magnitude_of_flux

from nightdesk_services.marshal.access import SITEWIDE, Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, NotFound
from nightdesk_services.marshal.models.photometric_series import (
    MOST_PER_PAGE,
    SeriesPageQuery,
    SeriesPatch,
    SeriesPost,
)
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.photometry_checks import Checks
from nightdesk_services.marshal.services.photometry_news import PhotometryNews
from nightdesk_services.marshal.services.series import hdf5
from nightdesk_services.marshal.services.series.conditions import conditions
from nightdesk_services.marshal.services.series.statistics import statistics
from nightdesk_services.marshal.services.series.tables import Table, inferred, lists, table_of
from nightdesk_services.marshal.storage.photometric_series import PhotometricSeries

_OPEN: Final = ("channel", "origin", "ra_unc", "dec_unc", "limiting_mag", "ref_flux", "ref_fluxerr")
_GIVEN: Final = (
    *("series_name", "series_obj_id", "obj_id", "instrument_id", "ra", "dec", "exp_time", "filter"),
    *_OPEN,
    *("followup_request_id", "assignment_id", "time_stamp_alignment", "altdata"),
)
_NEEDED: Final = ("ra", "dec", "exp_time", "filter")
_SORTS: Final = {"id": "_id", "saved_at": "created_at"}
_HIDDEN: Final = ("magref", "e_magref")
"""Kept to search by."""


class PhotometricSeriesService:
    """Keeps long light curves as tables; they are seen by those groups and streams that hold them."""

    def __init__(self, series: PhotometricSeries, checks: Checks, news: PhotometryNews) -> None:
        self._series = series
        self._checks = checks
        self._news = news

    async def create(self, access: Access, post: SeriesPost) -> int:
        """Store a new series and return its id.

        Raises
        ------
        Invalid
            If its table cannot be used, or something is neither given nor can be inferred from it.
        Conflict
            If the person has such a series already.
        """
        holders = {
            "group_ids": self._groups(access, post),
            "stream_ids": access.granted(post.stream_ids or ()),
            "owner_id": access.user_id,
        }
        table, told = await asyncio.to_thread(_table, post.data)
        fields = dict.fromkeys(_GIVEN) | {"time_stamp_alignment": "middle"} | told | _sent(post)
        made = await self._completed(access, fields, table) | holders | {"autodelete": True}
        return await self._written(made, table, None)

    async def change(self, access: Access, number: int, patch: SeriesPatch) -> int:
        """Change a series; a new table brings its own place, exposure and filter unless these are given."""
        before = await self._found(access, number)
        access.require_measurer(before, "photometric series")
        fresh = patch.data is not None
        told: Document = {}
        if patch.data is not None:
            table, told = await asyncio.to_thread(_table, patch.data)
            told = inferred(table) | told
        else:
            table = await self._table(number)
        fields = {name: before.get(name) for name in _GIVEN} | told | _sent(patch)
        made = await self._completed(access, fields, table)
        for name in ("owner_id", "autodelete", "group_ids", "stream_ids"):
            made[name] = before.get(name)
        if patch.group_ids is not None:
            made["group_ids"] = self._groups(access, patch)
        if patch.stream_ids is not None:
            made["stream_ids"] = access.granted(patch.stream_ids)
        return await self._written(made, table, before, fresh=fresh)

    async def remove(self, access: Access, number: int) -> None:
        """Remove a series and its file."""
        found = await self._found(access, number)
        access.require_measurer(found, "photometric series")
        await self._series.drop(number)
        await self._news.tell([found])

    async def get(self, access: Access, number: int, data_format: str) -> Document:
        """Return one series."""
        found = await self._found(access, number)
        (shown,) = await self._shown(access, [found], data_format)
        return shown

    async def page(self, access: Access, query: SeriesPageQuery) -> Document:
        """Return one page of the series of a query that the person sees."""
        wanted: list[Document] = [one for one in (access.measured, *conditions(query)) if one]
        if query.ra is not None and query.dec is not None and query.radius is not None:
            wanted.append({"_id": {"$in": await self._near(access, query.ra, query.dec, query.radius)}})
        asked = {"$and": wanted} if wanted else {}
        size = min(query.num_per_page, MOST_PER_PAGE)
        first = (query.page_number - 1) * size
        direction = -1 if query.sort_order == "desc" else 1
        by = _SORTS.get(query.sort_by, query.sort_by)
        sort = [(by, direction)] + ([] if by == "_id" else [("_id", direction)])
        found = await self._series.find(asked, sort=sort, page=slice(first, first + size))
        return {
            "series": await self._shown(access, found, query.data_format),
            "totalMatches": await self._series.count(asked),
            "pageNumber": query.page_number,
            "numPerPage": size,
        }

    async def _near(self, access: Access, ra: float, dec: float, radius: float) -> list[int]:
        """Return the visible series within some degrees of a place."""
        band = {"dec": {"$gte": dec - radius, "$lte": dec + radius}}
        found = await self._series.find({**access.measured, **band}, fields={"ra": 1, "dec": 1})
        if not found:
            return []
        at = np.array([(one["ra"], one["dec"]) for one in found])
        away = np.asarray(sky.separation(ra, dec, at[:, 0], at[:, 1])) / 3600
        return [one["_id"] for one, apart in zip(found, away.tolist(), strict=True) if apart <= radius]

    async def _found(self, access: Access, number: int) -> Document:
        found = await self._series.get(number)
        if found is None or not access.sees_measured(found):
            raise NotFound(f"no photometric series {number}")
        return found

    async def _completed(self, access: Access, fields: Document, table: Table) -> Document:
        """Return the fields of a series with what its table says of it, checked."""
        own = inferred(table)
        made = fields | {name: value for name, value in own.items() if fields.get(name) is None}
        if lacking := [name for name in _NEEDED if made.get(name) is None]:
            raise Invalid(f"{lacking[0]}: is neither given nor a column of data")
        rows = [{"obj_id": made["obj_id"], "instrument_id": made["instrument_id"], "filter": made["filter"]}]
        await self._checks.known(access, rows, numbered=False)
        made |= await asyncio.to_thread(statistics, table)
        made |= {"channel": made["channel"] or "", "origin": made["origin"] or ""}
        made["altdata"] = made["altdata"] or {}
        flux, error = made["ref_flux"], made["ref_fluxerr"]
        lit = flux is not None and flux > 0
        made["magref"] = float(magnitude_of_flux(flux)) if lit else None
        made["e_magref"] = POGSON * error / flux if lit and error is not None else None
        made["filename"] = _filename(made)
        return made

    async def _written(
        self, made: Document, table: Table, before: Document | None, *, fresh: bool = True
    ) -> int:
        told = {name: made[name] for name in _GIVEN if made.get(name) is not None}
        file = await asyncio.to_thread(hdf5.write, table, told)
        made["hash"] = hashlib.md5(file, usedforsecurity=False).hexdigest()
        try:
            if before is None:
                number = int((await self._series.add(made, file))["_id"])
            else:
                number = int(before["_id"])
                await self._series.change(number, made)
                await self._series.keep(number, file)
        except Conflict as error:
            raise Conflict(
                f"series_name: you have the series {made['filename']} already; change that one"
            ) from error
        await self._news.tell([made, *([before] if before else [])])
        return number

    async def _table(self, number: int) -> Table:
        file = (await self._series.files([number])).get(number)
        if file is None:
            raise NotFound(f"the table of photometric series {number} is gone; send data")
        return (await asyncio.to_thread(hdf5.read, file))[0]

    async def _shown(self, access: Access, found: list[Document], data_format: str) -> list[Document]:
        shown = []
        for one in found:
            groups = shapes.groups(access, one["group_ids"])
            streams = [i for i in one["stream_ids"] if i in access.stream_ids]
            row = shapes.named(one, *_HIDDEN) | {
                "group_ids": [group["id"] for group in groups],
                "groups": groups,
                "stream_ids": streams,
                "streams": [
                    {"id": i, "name": access.directory.streams[i].get("name")}
                    for i in streams
                    if i in access.directory.streams
                ],
            }
            if data_format != "none":
                file = (await self._series.files([one["_id"]])).get(one["_id"])
                row["data"] = None if file is None else await asyncio.to_thread(_given_out, file, data_format)
            shown.append(row)
        return shown

    def _groups(self, access: Access, sent: SeriesPatch) -> list[int]:
        named = [SITEWIDE] if sent.group_ids == "all" else sent.group_ids or []
        return access.holding([int(group_id) for group_id in named])


def _given_out(file: bytes, data_format: str) -> Any:
    if data_format == "hdf5":
        return base64.b64encode(file).decode()
    return lists(hdf5.read(file)[0])


def _table(data: Any) -> tuple[Table, Document]:
    """Return the table of a request, and what its file says of it."""
    if isinstance(data, dict):
        return table_of(data), {}
    try:
        body = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(f"data: is not base64: {error}") from error
    table, told = hdf5.read(body)
    kept = {
        name: value for name, value in told.items() if name in SeriesPatch.model_fields and name != "data"
    }
    return table, _sent(SeriesPatch.model_validate(kept))


def _sent(sent: SeriesPatch) -> Document:
    """Return the fields that were sent, a reference magnitude as flux in µJy."""
    fields = sent.model_dump(exclude_unset=True, include={*_GIVEN})
    if sent.magref is not None:
        fields["ref_flux"] = float(flux_of_magnitude(sent.magref))
        if sent.e_magref is not None:
            fields["ref_fluxerr"] = fields["ref_flux"] * sent.e_magref / POGSON
    return fields


def _filename(series: Document) -> str:
    """Return the name of a series' file as SkyPortal has it, below the directory of all."""
    more = "".join(f"_{series[name].replace(' ', '_')}" for name in ("channel", "origin") if series[name])
    place = f"series_{series['series_obj_id']}_inst_{series['instrument_id']}{more}.h5"
    return f"{series['series_name']}/{place}"
