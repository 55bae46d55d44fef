"""The best period of a light curve: the generalised Lomb-Scargle periodogram."""

# ruff: noqa: PLR0917 - a function that is compiled takes plain arrays

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nightdesk.jit import jit

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PeriodSearch:
    """Which periods are tried, on which light curves.

    Frequencies run from that of the whole length of the light curve to the highest, in steps of a fraction of
    the former: a light curve of three years is tried at 55,000 of them.

    Raises
    ------
    ValueError
        If a number makes no sense.
    """

    fewest: int = 20
    """Detections in a band that are needed."""
    highest: float = 10.0
    """Highest frequency in cycles a day."""
    oversampling: float = 5.0
    """Steps within the width of a peak."""
    most: int = 200_000
    """Most frequencies for one light curve; a longer one is tried up to a lower frequency."""

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.fewest < 4 or self.most < 1 or not (self.highest > 0 and self.oversampling > 0):
            msg = "a period search needs 4 points, and frequencies and steps above zero"
            raise ValueError(msg)


@jit
def power(time: Floats, value: Floats, error: Floats, first: float, step: float, count: int) -> Floats:
    """Return the generalised Lomb-Scargle periodogram (Zechmeister & Kürster 2009, A&A 496, 577, eq. 5).

    Parameters
    ----------
    time, value, error
        Points with known errors.
    first, step, count
        Frequencies ``first + step * arange(count)`` in cycles per unit of time.

    Returns
    -------
    power
        Share of χ² about the weighted mean that a sine with an offset explains, 0 to 1, shape ``(count,)``.
    """
    n = len(time)
    w = 1.0 / error**2
    w /= w.sum()
    y = value - (w * value).sum()
    total = (w * y * y).sum()
    out = np.zeros(count)
    if not total > 0.0:
        return out
    t = time - time[0]
    c, s = np.cos(2 * np.pi * first * t), np.sin(2 * np.pi * first * t)
    turn_c, turn_s = np.cos(2 * np.pi * step * t), np.sin(2 * np.pi * step * t)
    for k in range(count):
        sum_c, sum_s, yc, ys, cc, cs = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(n):
            wc, ws = w[i] * c[i], w[i] * s[i]
            sum_c += wc
            sum_s += ws
            yc += y[i] * wc
            ys += y[i] * ws
            cc += wc * c[i]
            cs += wc * s[i]
            # the next frequency's angle, without another cosine
            c[i], s[i] = c[i] * turn_c[i] - s[i] * turn_s[i], s[i] * turn_c[i] + c[i] * turn_s[i]
        ss = 1.0 - cc - sum_s * sum_s
        cc -= sum_c * sum_c
        cs -= sum_c * sum_s
        divisor = cc * ss - cs * cs
        if divisor > 1e-12:
            out[k] = (ss * yc * yc + cc * ys * ys - 2 * cs * yc * ys) / (total * divisor)
    return out


@jit
def best_period(
    time: Floats, value: Floats, error: Floats, limits: tuple[int, float, float, int]
) -> tuple[float, float]:
    """Return the period of highest power and that power; NaN where there are too few points.

    Parameters
    ----------
    limits
        The fields of a `PeriodSearch`.
    """
    fewest, highest, oversampling, most = limits
    known = np.isfinite(value) & (error > 0) & np.isfinite(error)
    t, y, e = time[known], value[known], error[known]
    if len(t) < fewest or not t[-1] > t[0]:
        return np.nan, np.nan
    first = 1.0 / (t[-1] - t[0])
    step = first / oversampling
    count = min(int((highest - first) / step) + 1, most)
    if count < 1:
        return np.nan, np.nan
    found = power(t, y, e, first, step, count)
    top = int(np.argmax(found))
    return 1.0 / (first + step * top), found[top]
