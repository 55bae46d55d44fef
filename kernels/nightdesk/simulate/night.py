"""A simulated night: the alerts of a survey, one after the other."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from nightdesk.simulate.cadence import BLOCK, JD_MINUS_MJD, Cadence, Field
from nightdesk.simulate.classes import KINDS, LABELS, shares
from nightdesk.simulate.instruments import INSTRUMENTS, Instrument
from nightdesk.simulate.light import FieldLight, Seen
from nightdesk.simulate.lsst import LsstPackets
from nightdesk.simulate.names import survey_day
from nightdesk.simulate.packets import Identified, Packets
from nightdesk.simulate.population import Sky
from nightdesk.simulate.schemas import LSST_VERSIONS, ZTF_VERSIONS
from nightdesk.simulate.ztf import ZtfPackets

START: Final = 2461298.65
"""JD (UTC) of the first visit unless told otherwise: the evening of 14 September 2026."""
REMEMBERED: Final = 20 * BLOCK
"""Fields whose light is kept in memory; others are worked out again."""

TRUTH: Final = {
    "candid": pl.Int64,
    "objectId": pl.String,
    "survey": pl.String,
    "label": pl.String,
    "is_real": pl.Boolean,
    "jd": pl.Float64,
    "ra": pl.Float64,
    "dec": pl.Float64,
    "band": pl.String,
    "flux_ujy": pl.Float64,
    "fluxerr_ujy": pl.Float64,
    "n_det": pl.Int64,
    "redshift": pl.Float64,
    "peak_mag": pl.Float64,
    "rise_jd": pl.Float64,
    "period": pl.Float64,
}
"""Columns of the truth table; ``rise_jd`` is the middle of the rise of an explosion, ``period`` in days."""


@dataclass(frozen=True)
class SimulatedAlert:
    """A packet, and what it is about."""

    payload: bytes
    key: str
    """Object id, the key of the message."""
    candid: int
    jd: float
    """Start of the exposure, UTC."""
    label: str
    survey: str
    night: str
    """Date of the night, ``20260915``."""


class Night:
    """One or more nights of a survey; iterate over it for the alerts, in order of time.

    The sky is a function of seed, survey, density and mix: the same arguments give the same bytes (with the
    same versions of NumPy, SciPy and zlib), whatever else runs. An alert's history is what earlier alerts
    said.

    Parameters
    ----------
    survey
        ``ztf`` or ``lsst``.
    seed
        Seed of everything.
    schema_version
        ``3.3`` or ``4.02`` for ZTF, ``10.0`` or ``11.1`` for LSST; default the newest.
    start
        JD (UTC) of the first visit.
    hours
        Length of a night.
    nights
        How many; None goes on in the first night until nobody asks for more.
    density
        Mean number of alerts in a visit, 1 to 1000.
    interval
        Seconds from one visit to the next; default the survey's.
    mix
        Shares of classes that replace the default ones (see `nightdesk.simulate.KINDS`).
    remember
        Whether to keep rows for `truth`; without, a night may go on for ever.

    Raises
    ------
    ValueError
        If survey, version, density, hours, interval or mix is not possible.
    """

    def __init__(
        self,
        survey: str = "ztf",
        seed: int = 1,
        *,
        schema_version: str | None = None,
        start: float | None = None,
        hours: float = 8.0,
        nights: int | None = 1,
        density: float = 60.0,
        interval: float | None = None,
        mix: Mapping[str, float] | None = None,
        remember: bool = True,
    ) -> None:
        if survey.upper() not in INSTRUMENTS:
            msg = f"no survey {survey!r} to simulate; there are ztf and lsst"
            raise ValueError(msg)
        if not 1.0 <= density <= 1000.0 or not 0.0 < hours <= 24.0:
            msg = "density must be 1 to 1000 alerts a visit, hours at most 24"
            raise ValueError(msg)
        if interval is not None and interval < 1.0:
            msg = "visits are at least a second apart: ids are made of their times"
            raise ValueError(msg)
        self.instrument: Instrument = INSTRUMENTS[survey.upper()]
        self.survey, self.seed, self.nights, self.density = self.instrument.survey, seed, nights, density
        versions = ZTF_VERSIONS if self.survey == "ZTF" else LSST_VERSIONS
        self.schema_version = schema_version or versions[-1]
        if self.schema_version not in versions:
            msg = f"no {self.survey} schema {schema_version!r} here; there are {', '.join(versions)}"
            raise ValueError(msg)
        self.shares = shares(mix)
        step = interval or self.instrument.interval
        self.cadence = Cadence(self.instrument, seed, START if start is None else start, hours, step)
        writer = ZtfPackets if self.survey == "ZTF" else LsstPackets
        self._packets: Packets = writer(self.schema_version, seed)
        self._lights: OrderedDict[int, FieldLight] = OrderedDict()
        self._remember = remember
        self._rows: list[tuple[Any, ...]] = []

    def __iter__(self) -> Iterator[SimulatedAlert]:
        self._rows = []
        for past in range(1 if self.nights is None else self.nights):
            night = self.cadence.first + past
            for field, slot in self.cadence.visits(night, unlimited=self.nights is None):
                yield from self._visit(field, night, slot)

    def truth(self) -> pl.DataFrame:
        """Return what the alerts given so far really are; one row each, columns `TRUTH`."""
        return pl.DataFrame(self._rows, schema=TRUTH, orient="row")

    def _visit(self, field: Field, night: int, slot: int) -> Iterator[SimulatedAlert]:
        seen = self._light(field).alerts(night, slot)
        if not len(seen.flux):
            return
        ids = self._packets.identify(seen, field, night, slot)
        packets = self._packets.write(seen, ids, field)
        truth = self._truth(seen, ids)
        jd, day = float(seen.visits.mjd[-1]) + JD_MINUS_MJD, survey_day(night)
        for i, payload in enumerate(packets):
            if self._remember:
                self._rows.append(truth[i])
            label = LABELS[int(seen.table["kind"][i])]
            yield SimulatedAlert(payload, ids.name[i], int(ids.candid[i]), jd, label, self.survey, day)

    def _light(self, field: Field) -> FieldLight:
        light = self._lights.pop(field.number, None)
        if light is None:
            light = FieldLight(
                self.cadence, Sky(self.instrument, self.seed, field, self.density, self.shares)
            )
        self._lights[field.number] = light
        if len(self._lights) > REMEMBERED:
            self._lights.popitem(last=False)
        return light

    def _truth(self, seen: Seen, ids: Identified) -> list[tuple[Any, ...]]:
        table, n = seen.table, len(seen.flux)
        event = table["t0"] > 2.0
        columns: dict[str, Any] = {
            "candid": ids.candid.astype(np.int64),
            "objectId": ids.name,
            "survey": [self.survey] * n,
            "label": [LABELS[kind] for kind in table["kind"]],
            "is_real": np.array([KINDS[kind].real for kind in table["kind"]]),
            "jd": np.full(n, seen.visits.mjd[-1] + JD_MINUS_MJD),
            "ra": table["ra"],
            "dec": table["dec"],
            "band": [self.instrument.bands[int(seen.visits.band[-1])]] * n,
            "flux_ujy": seen.flux[:, -1],
            "fluxerr_ujy": seen.error[:, -1],
            "n_det": seen.detected.sum(axis=1),
            "redshift": _nullable(table["redshift"]),
            "peak_mag": _nullable(table["peak"]),
            "rise_jd": _nullable(np.where(event, table["t0"] + JD_MINUS_MJD, np.nan)),
            "period": _nullable(table["period"]),
        }
        listed = (columns[name] for name in TRUTH)
        return list(zip(*(v.tolist() if isinstance(v, np.ndarray) else v for v in listed), strict=True))


def _nullable(values: np.ndarray[Any, Any]) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
