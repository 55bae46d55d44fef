"""Light curves: the flux that an object adds to (or lacks from) the template, in µJy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from nightdesk.simulate import draws
from nightdesk.simulate.cadence import Ints
from nightdesk.simulate.classes import LABELS
from nightdesk.simulate.draws import Floats
from nightdesk.simulate.tables import Table, take

BANDS: Final = "ugrizy"
# magnitude of a star or galaxy in each band, per magnitude of g - r, relative to r
SLOPE: Final = np.array([2.4, 1.0, 0.0, -0.42, -0.65, -0.8])
# extinction per magnitude in V
DUST: Final = np.array([1.55, 1.2, 0.84, 0.62, 0.48, 0.42])
# change of observed magnitude with redshift: supernovae are faint in the ultraviolet
ULTRAVIOLET: Final = np.array([4.0, 1.8, 0.2, -0.3, -0.5, -0.6])

# by band, ugrizy: magnitude at peak relative to the brightest band, days of decline
SUPERNOVAE: Final = {
    "SN Ia": ((0.5, 0.0, 0.05, 0.45, 0.5, 0.55), (11.0, 15.0, 21.0, 26.0, 28.0, 28.0), 4.0),
    "SN Ibc": ((1.2, 0.4, 0.0, 0.1, 0.15, 0.2), (8.0, 11.0, 16.0, 19.0, 21.0, 21.0), 3.6),
}
PLATEAU: Final = (0.019, 0.009, 0.0025, 0.0015, 0.001, 0.001)
"""Fraction of the peak of a SN II that a band loses each day."""

WAVES: Final = 24
"""Waves that make a random walk."""


def microjansky(magnitude: Floats) -> Floats:
    """Convert AB magnitudes to µJy."""
    flux: Floats = 10.0 ** (-0.4 * (magnitude - 23.9))
    return flux


def quiescent(table: Table, band: Ints) -> Floats:
    """Return the flux of the star in the template, 0 where there is none; shape (objects, len(band))."""
    magnitude = table["star"][:, None] + table["colour"][:, None] * SLOPE[band][None, :]
    return np.where(np.isnan(magnitude), 0.0, microjansky(magnitude))


def difference(table: Table, mjd: Floats, band: Ints) -> Floats:
    """Return the true difference flux.

    Parameters
    ----------
    table
        Objects (see `nightdesk.simulate.population`).
    mjd
        Times, UTC days.
    band
        Index into ``ugrizy`` for each time.

    Returns
    -------
    ndarray
        µJy, shape (objects, times); 0 for things that are seen once.
    """
    flux = np.zeros((len(table["kind"]), len(mjd)))
    for kind in np.unique(table["kind"]):
        if model := MODELS.get(LABELS[kind]):
            rows = np.flatnonzero(table["kind"] == kind)
            flux[rows] = model(take(table, rows), mjd, band)
    return flux


def _brightness(table: Table, band: Ints, offset: Floats) -> Floats:
    z, dust = table["redshift"][:, None], table["dust"][:, None]
    reddened = dust * (DUST[band] - 1.0)[None, :]
    return microjansky(
        table["peak"][:, None] + offset[band][None, :] + z * ULTRAVIOLET[band][None, :] + reddened
    )


def _bazin(label: str) -> Callable[[Table, Floats, Ints], Floats]:
    offsets, falls, rise = SUPERNOVAE[label]

    def model(table: Table, mjd: Floats, band: Ints) -> Floats:
        stretch = 0.85 + 0.3 * table["shape"][:, None]
        phase = (mjd[None, :] - table["t0"][:, None]) / (1.0 + table["redshift"][:, None]) / stretch
        fall = np.array(falls)[band][None, :]
        top = rise * np.log(fall / rise - 1.0)
        shape = np.exp(-(phase - top) / fall) * (1.0 + np.exp(-top / rise)) / (1.0 + np.exp(-phase / rise))
        if label == "SN Ia":  # the second maximum in the red
            red = np.array([0.0, 0.0, 0.1, 0.3, 0.35, 0.4])[band][None, :]
            shape = shape + red * np.exp(-0.5 * ((phase - top - 23.0) / 6.5) ** 2)
        return _brightness(table, band, np.array(offsets)) * np.where(phase < -5 * rise, 0.0, shape)

    return model


def _plateau(table: Table, mjd: Floats, band: Ints) -> Floats:
    phase = (mjd[None, :] - table["t0"][:, None]) / (1.0 + table["redshift"][:, None])
    length = 75.0 + 40.0 * table["shape"][:, None]
    slope = np.array(PLATEAU)[band][None, :]
    bright = np.clip(1.0 - slope * np.clip(phase, 0.0, length), 0.03, 1.0)
    after = np.exp(
        -np.clip(phase - length, 0.0, 20.0) / 9.0 - np.clip(phase - length - 20.0, 0.0, None) / 110.0
    )
    shape = bright * after / (1.0 + np.exp(-(phase - 4.0) / 1.6))
    blue = np.array([0.1, 0.0, 0.0, 0.15, 0.25, 0.35])
    return _brightness(table, band, blue) * np.where(phase < -3.0, 0.0, shape)


def _fading(table: Table, mjd: Floats, band: Ints, magnitudes: Floats) -> Floats:
    """Return flux minus template of a star that is `magnitudes` fainter than in the template."""
    return quiescent(table, band) * (10.0 ** (-0.4 * magnitudes) - 1.0)


def _phase(table: Table, mjd: Floats) -> Floats:
    return (mjd[None, :] / table["period"][:, None] + table["t0"][:, None]) % 1.0


def _rr_lyrae(table: Table, mjd: Floats, band: Ints) -> Floats:
    phase = _phase(table, mjd)
    # steep rise, slow fall
    wave = np.where(phase < 0.15, 1.0 - phase / 0.15, (phase - 0.15) / 0.85) - 0.5
    wave = wave + 0.06 * np.sin(4 * np.pi * phase)
    blue = np.array([1.2, 1.25, 0.9, 0.7, 0.65, 0.6])[band][None, :]
    return _fading(table, mjd, band, wave * table["amplitude"][:, None] * blue)


def _eclipses(table: Table, mjd: Floats, band: Ints) -> Floats:
    phase, width = _phase(table, mjd), (0.03 + 0.03 * table["shape"])[:, None]
    first = np.exp(-0.5 * (np.minimum(phase, 1 - phase) / width) ** 2)
    second = np.exp(-0.5 * ((phase - 0.5) / width) ** 2) * (0.15 + 0.7 * table["shape"][:, None])
    return _fading(table, mjd, band, table["amplitude"][:, None] * (first + second))


def _mira(table: Table, mjd: Floats, band: Ints) -> Floats:
    wave = np.sin(2 * np.pi * _phase(table, mjd))
    blue = np.array([0.6, 0.55, 0.45, 0.3, 0.25, 0.2])[band][None, :]
    return _fading(table, mjd, band, wave * table["amplitude"][:, None] * blue)


def _agn(table: Table, mjd: Floats, band: Ints) -> Floats:
    """Damped random walk, as the sum of waves whose frequencies are drawn from its power spectrum."""
    tau = table["period"] * (1.0 + table["redshift"])
    walk = np.zeros((len(tau), len(mjd)))
    # one after the other: the last digits of a sum over an axis depend on how many visits there are
    for wave in range(WAVES):
        keys = draws.key(table["key"], wave)
        omega = np.abs(np.tan(np.pi * (draws.uniform(keys, 11) - 0.5))) / tau
        turn = 2 * np.pi * draws.uniform(keys, 12)
        walk += np.cos(omega[:, None] * (mjd - 51544.0) + turn[:, None])
    walk *= np.sqrt(2.0 / WAVES)
    blue = np.array([1.25, 1.1, 1.0, 0.9, 0.8, 0.75])[band][None, :]
    return _fading(table, mjd, band, walk * table["amplitude"][:, None] * blue)


def _outbursts(table: Table, mjd: Floats, band: Ints) -> Floats:
    period = table["period"][:, None]
    cycle = mjd[None, :] / period + table["t0"][:, None]
    count = np.floor(cycle)
    delay = 0.4 * draws.uniform(draws.key(table["key"][:, None], count.astype(np.int64)), 13)
    age = (cycle - count - delay) * period
    length = 4.0 + 9.0 * table["shape"][:, None]
    rise = np.clip(age / 0.8, 0.0, 1.0) * (age > 0)
    fade = np.where(
        age > length, np.exp(-np.clip(age - length, 0, None) / 1.8), 1.0 - 0.03 * np.clip(age, 0, length)
    )
    blue = np.array([0.3, 0.0, 0.1, 0.25, 0.35, 0.4])[band][None, :]
    return rise * fade * microjansky(table["peak"][:, None] + blue)


def _flares(table: Table, mjd: Floats, band: Ints) -> Floats:
    """One flare every few nights, decaying within the hour, bluer than the star."""
    flux = np.zeros((len(table["key"]), len(mjd)))
    for back in (0, 1):
        day = np.floor(mjd).astype(np.int64)[None, :] - back
        keys = draws.key(table["key"][:, None], day)
        age = mjd[None, :] - day - draws.uniform(keys, 14)
        lit = (age > 0) & (draws.uniform(keys, 15) < 0.3)
        flux += np.where(lit, np.exp(-np.clip(age, 0, 1) / 0.02) * draws.uniform(keys, 16) * 3.0, 0.0)
    scale = quiescent(table, np.array([2]))  # r
    hot = np.array([2.0, 1.0, 0.5, 0.2, 0.1, 0.08])[band][None, :]
    return flux * hot * scale * table["amplitude"][:, None]


def _residuals(table: Table, mjd: Floats, band: Ints) -> Floats:
    """A bad subtraction: now and then a few per cent of a bright star, of either sign."""
    keys = draws.key(table["key"][:, None], np.round(mjd * 86400.0).astype(np.int64)[None, :])
    size = draws.normal(keys, 17) * (draws.uniform(keys, 18) < 0.45)
    return quiescent(table, band) * table["amplitude"][:, None] * size * 0.6


MODELS: Final[dict[str, Callable[[Table, Floats, Ints], Floats]]] = {
    "SN Ia": _bazin("SN Ia"),
    "SN Ibc": _bazin("SN Ibc"),
    "SN II": _plateau,
    "CV": _outbursts,
    "Flare star": _flares,
    "AGN": _agn,
    "RR Lyrae": _rr_lyrae,
    "Eclipsing binary": _eclipses,
    "Mira": _mira,
    "Dipole": _residuals,
}
