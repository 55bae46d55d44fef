"""Colours from detections in two bands at almost the same time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nightdesk.features.lines import line
from nightdesk.jit import jit

Floats = npt.NDArray[np.float64]

WINDOW = 0.5
"""Days that the detections of a pair may lie apart."""


@jit
def colour(one: tuple[Floats, Floats, Floats], other: tuple[Floats, Floats, Floats], out: Floats) -> None:
    """Write the latest colour, its error and time, and the slope of all colours.

    Each detection of the first band is paired with the one of the second that is nearest in time (the earlier
    of two that are equally near) if it lies within half a day.

    Parameters
    ----------
    one, other
        Times in days, magnitudes and errors of both bands, in order of time.
    out
        Shape (4,), NaN; what cannot be told stays so.
    """
    when, value, error = one
    n, k = 0, len(other[0])
    times, colours, errors = np.empty(len(when)), np.empty(len(when)), np.empty(len(when))
    for i in range(len(when)):
        at = int(np.searchsorted(other[0], when[i]))
        before = at - 1
        # the first of equal times
        while before > 0 and other[0][before - 1] == other[0][before]:
            before -= 1
        if before >= 0 and (at == k or when[i] - other[0][before] <= other[0][at] - when[i]):
            at = before
        if k == 0 or abs(other[0][at] - when[i]) > WINDOW:
            continue
        times[n] = (when[i] + other[0][at]) / 2
        colours[n] = value[i] - other[1][at]
        errors[n] = np.sqrt(error[i] ** 2 + other[2][at] ** 2)
        n += 1
    if n:
        out[0], out[1], out[2] = colours[n - 1], errors[n - 1], times[n - 1]
        out[3] = line(times[:n], colours[:n], errors[:n])[0]
