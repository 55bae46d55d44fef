"""What the survey measures of a field: the light of each object in each visit, detected or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nightdesk.simulate import draws
from nightdesk.simulate.cadence import Cadence, Visits
from nightdesk.simulate.classes import INDEX
from nightdesk.simulate.draws import Floats
from nightdesk.simulate.instruments import Instrument
from nightdesk.simulate.models import BANDS, difference, microjansky, quiescent
from nightdesk.simulate.population import (
    EPOCH,
    Sky,
    asteroids,
    events,
    moments,
    place_on_chips,
    rank_within,
    residents,
)
from nightdesk.simulate.tables import Table, concat, size, take

THRESHOLD = 5.0
"""Signal to noise at which a source is detected."""
NO_OVERLAP = 900
"""First rank on a chip of things that are seen once."""


@dataclass(frozen=True)
class Seen:
    """Objects and their measurements; arrays have the shape (objects, visits)."""

    table: Table
    visits: Visits
    flux: Floats
    """Measured difference flux, µJy."""
    error: Floats
    detected: NDArray[np.bool_]

    def take(self, rows: NDArray[np.int64]) -> Seen:
        """Return some of the objects."""
        return Seen(
            take(self.table, rows), self.visits, self.flux[rows], self.error[rows], self.detected[rows]
        )


def band_index(instrument: Instrument, band: NDArray[np.int64]) -> NDArray[np.int64]:
    """Translate a survey's band numbers to places in ``ugrizy``."""
    return np.array([BANDS.index(name) for name in instrument.bands])[band]


def measure(instrument: Instrument, table: Table, visits: Visits, true: Floats) -> Seen:
    """Add noise to true difference fluxes, and decide what is detected."""
    band = band_index(instrument, visits.band)
    keys = draws.key(table["key"][:, None], visits.key[None, :])
    gain = np.array(instrument.gain)[visits.band] * 10.0 ** (0.4 * (visits.zeropoint - 23.9))
    host = np.where(np.isnan(table["host"]), 0.0, microjansky(table["host"]))[:, None] * 0.15
    under = quiescent(table, band) + host + np.abs(true)
    error = np.sqrt(visits.error**2 + under / gain + (0.012 * true) ** 2)
    flux = true + error * draws.normal(keys, 21)
    good = draws.uniform(keys, 22) > 0.03
    detected = (np.abs(flux) > THRESHOLD * error) & (np.abs(true) > 2.0 * visits.error) & good
    return Seen(table, visits, flux, error, detected)


class FieldLight:
    """The objects of one field and everything measured of them so far."""

    def __init__(self, cadence: Cadence, sky: Sky) -> None:
        self.cadence, self.sky, self.instrument = cadence, sky, sky.instrument
        self._epoch = -1
        self._seen: Seen | None = None

    def observe(self, night: int, slot: int) -> Seen:
        """Return all that was measured of the residents and events of the field up to a visit."""
        visits = self.cadence.history(self.sky.field, night, slot)
        epoch = night // EPOCH
        if self._seen is None or epoch != self._epoch:
            self._epoch = epoch
            oldest = (self.cadence.begin - 130) // EPOCH
            table = concat([residents(self.sky), *(events(self.sky, e) for e in range(oldest, epoch + 1))])
            self._seen = self._measure(table, visits)
        elif (known := len(self._seen.visits)) < len(visits):
            new = self._measure(self._seen.table, visits.take(slice(known, None)))
            old = self._seen
            joined = (
                np.hstack([getattr(old, name), getattr(new, name)]) for name in ("flux", "error", "detected")
            )
            self._seen = Seen(old.table, visits, *joined)
        return self._seen

    def _measure(self, table: Table, visits: Visits) -> Seen:
        true = difference(table, visits.mjd, band_index(self.instrument, visits.band))
        return measure(self.instrument, table, visits, true)

    def alerts(self, night: int, slot: int) -> Seen:
        """Return the objects that make an alert in a visit (the result's last), with their history."""
        seen = self.observe(night, slot)
        known = seen.take(np.flatnonzero(seen.detected[:, -1]))
        once = self._once(seen.visits, night, slot)
        once = once.take(np.flatnonzero(once.detected[:, -1]))
        return Seen(
            concat([known.table, once.table]),
            seen.visits,
            *(
                np.vstack([getattr(known, name), getattr(once, name)])
                for name in ("flux", "error", "detected")
            ),
        )

    def _once(self, visits: Visits, night: int, slot: int) -> Seen:
        """Measure asteroids and the bad spots of the visit, at the places where they are now."""
        last = visits.take(slice(len(visits) - 1, None))
        rocks = asteroids(self.sky, night)
        hours = (float(last.mjd[0]) - night) * 24.0 % 24.0 - 6.0
        east, north = rocks["rate_ra"] * hours / 3600.0, rocks["rate_dec"] * hours / 3600.0
        rocks["ra"] = (rocks["ra"] + east / np.cos(np.radians(rocks["dec"]))) % 360.0
        rocks["dec"] = np.clip(rocks["dec"] + north, -89.99, 89.99)
        scale = self.instrument.chips / self.instrument.field_size
        rocks["u"], rocks["v"] = rocks["u"] - east * scale, rocks["v"] + north * scale
        place_on_chips(self.instrument, rocks)
        spots = moments(self.sky, night, slot)
        spots["flux"] = spots["flux"] * THRESHOLD * last.error[0]
        table = concat([rocks, spots])
        table["rank"] = NO_OVERLAP + rank_within(table["chip"])
        colour = np.where(
            table["kind"] == INDEX["Asteroid"], _SUNLIGHT[band_index(self.instrument, last.band)[0]], 1.0
        )
        true = np.zeros((size(table), len(visits)))
        true[:, -1] = table["flux"] * colour
        seen = measure(self.instrument, table, visits, true)
        seen.detected[:, :-1] = False
        return seen


_SUNLIGHT = 10.0 ** (-0.4 * np.array([1.6, 0.45, 0.0, -0.12, -0.15, -0.15]))
