"""The points that came with the surveys' alerts, as SkyPortal's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from itertools import repeat
from typing import Final

import numpy as np
import numpy.typing as npt
from nightdesk.photometry import ZEROPOINT, Curves, Integers, Texts
from nightdesk.surveys import Survey

from nightdesk_services.common.jsonrows import Chosen, Column, Constant, Floats, Numbers, documents, lines
from nightdesk_services.common.packed import PUBLIC
from nightdesk_services.common.raw.curves import raw_light_curves
from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.services.photometry_systems import vega_offset
from nightdesk_services.marshal.services.photometry_views import Look, Point

Integer = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
_KINDS: Final = ("detection", "limit", "forced")
_ID_BITS: Final = 48
"""Browsers are exact to 53 bits, and SkyPortal's ids count up from 1."""
_NONE: Final = ("ra", "dec", "ra_unc", "dec_unc", "instrument_id", "created_at")


def stream_points(
    access: Access, survey: Survey, objects: Mapping[str, Sequence[bytes]], look: Look, *, told: bool = False
) -> list[Point]:
    """Return the points of objects that the person's streams bring, object by object, sorted by time.

    Parameters
    ----------
    objects
        Name of an object -> BSON documents with the parts of its light curve.
    told
        Whether to give the survey and the program of each too.
    """
    curves = _seen(access, survey, objects)
    columns = _columns(access, survey, curves, look, told=told)
    if not look.encoded or look.finishes:
        rows = documents(columns, curves.height)
        for row in rows:
            look.finish(row)
        return [look.wrapped(row) for row in rows]
    seen = (Chosen(*curves.objects), Floats(curves.mjd), Chosen(*curves.filter))
    keys = (column.values() for column in seen)
    return list(map(Point, *keys, repeat(0.0), lines(columns).splitlines()))


def stream_rows(access: Access, survey: Survey, objects: Mapping[str, Sequence[bytes]], look: Look) -> bytes:
    """Return the points of `stream_points` as JSON, separated by commas; `look` must not finish them."""
    curves = _seen(access, survey, objects)
    return lines(_columns(access, survey, curves, look, told=False), b",")


def _seen(access: Access, survey: Survey, objects: Mapping[str, Sequence[bytes]]) -> Curves:
    """Return the light curves of objects as far as the person's streams bring them."""
    curves = raw_light_curves(survey, objects)
    allowed = access.programs(survey.name)
    if allowed is None:
        return curves
    seen = np.isin(_programs(curves), list(allowed))
    return curves if seen.all() else curves.taken(seen)


def _programs(curves: Curves) -> Integer:
    values, known = curves.programid
    return np.where(known, values, PUBLIC)


def _columns(access: Access, survey: Survey, curves: Curves, look: Look, *, told: bool) -> dict[str, Column]:
    """Return the points with the columns that a person sees."""
    codes, filters = curves.filter
    offsets = (
        [None if name is None else vega_offset(name) for name in filters] if look.magsys == "vega" else []
    )
    # of what has no system of Vega, and what has no filter
    in_vega = np.array([offset is not None for offset in [*offsets, None]])
    shift = np.array([offset or 0.0 for offset in [*offsets, None]])
    at = codes if offsets else np.full(curves.height, -1)
    known = curves.fluxerr > 0
    snr = np.full(curves.height, np.nan)
    np.divide(curves.flux, curves.fluxerr, out=snr, where=known)
    made: dict[str, Column] = {
        **dict.fromkeys(_NONE, Constant(None)),
        "id": Numbers(Integers(_ids(curves), np.ones(curves.height, np.bool_))),
        "obj_id": Chosen(*curves.objects),
        "filter": Chosen(codes, filters),
        "mjd": Floats(curves.mjd),
        "mag": Floats(curves.mag - shift[at]),
        "magerr": Floats(curves.magerr),
        "limiting_mag": Floats(curves.limiting_mag - shift[at]),
        "flux": Floats(curves.flux),
        "fluxerr": Floats(curves.fluxerr),
        "snr": Floats(snr),
        "magsys": Chosen(in_vega[at].astype(np.int64), ("ab", "vega")),
        "zp": Chosen(at % len(shift), (ZEROPOINT - shift).tolist()),
        "instrument_name": Constant(survey.instrument),
        "origin": Chosen(*curves.kind),
        "candid": Numbers(curves.candid, str, (b'"', b'"')),
        "altdata": Numbers(curves.candid, lambda candid: {"candid": str(candid)}, (b'{"candid":"', b'"}')),
        "isdiffpos": Chosen(np.where(np.isnan(curves.flux), -1, curves.flux > 0), (False, True)),
        "survey": Constant(survey.name),
        "programid": Numbers(curves.programid),
        "groups": Constant([]),
        "owner": Constant(None),
    }
    names = [*look.fields(extras=("candid", "isdiffpos"))]
    names += ["survey", "programid"] if told else []
    names += ["groups"] if look.format != "plot" else []
    if look.streams:
        streams = _Streams(access, survey)
        programs, which = np.unique(_programs(curves), return_inverse=True)
        made["streams"] = Chosen(which, [streams.of(program) for program in programs.tolist()])
        names.append("streams")
    names += ["owner"] if look.owner else []
    return {name: made[name] for name in names}


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

    def of(self, program: int) -> list[Document]:
        return self._found.get(program, [])


def _ids(curves: Curves) -> Integer:
    """Return numbers that stay with the points: of object, alert, time, filter and kind."""
    codes, kinds = curves.kind
    kind = np.array([_KINDS.index(str(name)) for name in kinds], np.int64)[codes]
    mixed = _coded(curves.objects, lambda name: blake2b(name.encode(), digest_size=8).digest())
    bands = _coded(curves.filter, lambda name: name.encode()[-8:])
    values, known = curves.candid
    # a limit has its candid by chance only: packets differ in whether they tell it
    candid = np.where(known & (kind != _KINDS.index("limit")), values, 0)
    times = np.nan_to_num(curves.mjd, nan=0.0).view(np.uint64)
    for part in (candid.view(np.uint64), times, bands, kind.astype(np.uint64)):
        mixed = _mixed(mixed ^ part)
    return (mixed >> np.uint64(64 - _ID_BITS)).astype(np.int64)


def _coded(names: Texts, code: Callable[[str], bytes]) -> Words:
    """Return a number for each name, that of the bytes that stand for it."""
    numbers = [int.from_bytes(code(name or ""), "big") for name in [*names.values, ""]]
    return np.array(numbers, dtype=np.uint64)[names.codes]


def _mixed(values: Words) -> Words:
    """Return the numbers after a round of SplitMix64 (Steele et al. 2014), which spreads every bit."""
    with np.errstate(over="ignore"):
        values = values + np.uint64(0x9E3779B97F4A7C15)
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))
