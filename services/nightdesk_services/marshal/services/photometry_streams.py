"""The points that came with the surveys' alerts, as SkyPortal's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from itertools import repeat
from typing import Any, Final

import numpy as np
import polars as pl
from nightdesk.photometry import ZEROPOINT, light_curves
from nightdesk.surveys import Survey

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.services.photometry_systems import vega_offset
from nightdesk_services.marshal.services.photometry_views import Look

Words = np.ndarray[tuple[int], np.dtype[np.uint64]]
_KINDS: Final = ("detection", "limit", "forced")
_ID_BITS: Final = 48
"""Browsers are exact to 53 bits, and SkyPortal's ids count up from 1."""
_NONE: Final = ("ra", "dec", "ra_unc", "dec_unc", "instrument_id", "created_at")


def stream_points(
    access: Access, survey: Survey, objects: Mapping[str, Document], look: Look, *, told: bool = False
) -> list[Document]:
    """Return the points of objects that the person's streams bring, object by object, sorted by time.

    Parameters
    ----------
    objects
        Name of an object -> its document with the light curve.
    told
        Whether to give the survey and the program of each too.
    """
    curves = light_curves(survey, objects)
    allowed = access.programs(survey.name)
    if allowed is not None:
        curves = curves.filter(pl.col("programid").fill_null(1).is_in(sorted(allowed)))
    names = [name for name in curves["filter"].unique().to_list() if name is not None]
    shifts = {name: vega_offset(name) for name in names} if look.magsys == "vega" else {}
    known = {name: shift for name, shift in shifts.items() if shift is not None}
    shift = pl.col("filter").replace_strict(known, default=0.0, return_dtype=pl.Float64)
    in_vega = pl.col("filter").is_in(list(known))
    frame = curves.select(
        *("mjd", "filter", "magerr", "flux", "fluxerr", "programid", "isdiffpos"),
        *(pl.col(name) - shift for name in ("mag", "limiting_mag")),
        id=_ids(curves),
        obj_id=pl.col("objectId"),
        snr=pl.when(pl.col("fluxerr") > 0).then(pl.col("flux") / pl.col("fluxerr")),
        magsys=pl.when(in_vega).then(pl.lit("vega")).otherwise(pl.lit("ab")),
        zp=ZEROPOINT - shift,
        origin=pl.col("kind"),
        candid=pl.col("candid").cast(pl.String),
    )
    columns: dict[str, Iterable[Any]] = {one.name: one.to_list() for one in frame}
    programs = columns["programid"]
    columns |= {name: repeat(None) for name in _NONE} | {"instrument_name": repeat(survey.instrument)}
    columns["altdata"] = [None if candid is None else {"candid": candid} for candid in columns["candid"]]
    shown = {name: columns[name] for name in look.fields(extras=("candid", "isdiffpos"))}
    if told:
        shown |= {"survey": repeat(survey.name), "programid": programs}
    if look.format != "plot":
        shown["groups"] = repeat([])
    if look.streams:
        streams = _Streams(access, survey)
        shown["streams"] = [streams.of(program) for program in programs]
    if look.owner:
        shown["owner"] = repeat(None)
    # what is the same for all has no end, the id has one
    rows = [dict(zip(shown, cells, strict=False)) for cells in zip(*shown.values(), strict=False)]
    if look.finishes:
        for row in rows:
            look.finish(row)
    return rows


class _Streams:
    """Which of the person's streams bring a program's points."""

    def __init__(self, access: Access, survey: Survey) -> None:
        self._found: dict[int, list[Document]] = {}
        for stream_id in sorted(access.stream_ids):
            stream = access.directory.streams.get(stream_id, {})
            altdata = stream.get("altdata") or {}
            if altdata.get("survey") == survey.name:
                for program in altdata.get("selector", ()):
                    shown = {"id": stream_id, "name": stream.get("name")}
                    self._found.setdefault(program, []).append(shown)

    def of(self, program: int | None) -> list[Document]:
        return self._found.get(1 if program is None else program, [])


def _ids(curves: pl.DataFrame) -> pl.Series:
    """Return numbers that stay with the points: of object, alert, time, filter and kind."""
    kinds = pl.Series(list(_KINDS), dtype=pl.String)
    kind = curves["kind"].replace_strict(kinds, pl.Series(range(len(_KINDS))), return_dtype=pl.UInt64)
    mixed = _coded(curves["objectId"], lambda name: blake2b(name.encode(), digest_size=8).digest())
    bands = _coded(curves["filter"], lambda name: name.encode()[-8:])
    # a limit has its candid by chance only: packets differ in whether they tell it
    candid = np.where(curves["kind"] == "limit", 0, curves["candid"].fill_null(0).to_numpy())
    times = curves["mjd"].fill_null(0.0).to_numpy().astype(np.float64).view(np.uint64)
    for part in (candid.astype(np.int64).view(np.uint64), times, bands, kind.to_numpy()):
        mixed = _mixed(mixed ^ part)
    return pl.Series("id", mixed >> np.uint64(64 - _ID_BITS), dtype=pl.UInt64).cast(pl.Int64)


def _coded(names: pl.Series, code: Callable[[str], bytes]) -> Words:
    """Return a number for each name, that of the bytes that stand for it."""
    known = names.unique().to_list()
    numbers = {name: int.from_bytes(code(name or ""), "big") for name in known}
    return np.array([numbers[name] for name in names.to_list()], dtype=np.uint64)


def _mixed(values: Words) -> Words:
    """Return the numbers after a round of SplitMix64 (Steele et al. 2014), which spreads every bit."""
    with np.errstate(over="ignore"):
        values = values + np.uint64(0x9E3779B97F4A7C15)
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))
