"""How real a detection looks: scores and shapes that follow from what it is and how bright it is."""

from __future__ import annotations

import numpy as np

from nightdesk.simulate import draws
from nightdesk.simulate.cadence import Ints
from nightdesk.simulate.classes import INDEX, KINDS
from nightdesk.simulate.draws import Floats, Keys

REAL = np.array([kind.real for kind in KINDS])


def score(kind: Ints, snr: Floats, keys: Keys, stream: int, sharpness: float) -> Floats:
    """Return a real-bogus score, 0 to 1; the sharper, the better it separates.

    Parameters
    ----------
    kind
        Class of each detection.
    snr
        Signal to noise.
    keys
        Random keys of the detections.
    stream
        Stream of random numbers.
    sharpness
        Scale of the log-odds.
    """
    weak = np.exp(-(snr - 5.0) / 3.0)
    odds = np.where(REAL[kind], 3.4 - 2.2 * weak, -2.6 + 0.9 * weak)
    spread = np.where(REAL[kind], 1.2, 1.3)
    found: Floats = 1.0 / (1.0 + np.exp(-sharpness * (odds + spread * draws.normal(keys, stream))))
    return found


def width(kind: Ints, seeing: Floats, keys: Keys) -> Floats:
    """Return the width of the source in units of `seeing`, then times it: spikes are narrow, dipoles wide."""
    factor = np.full(len(kind), 1.02)
    for label, value in (("Cosmic ray", 0.55), ("Hot pixel", 0.45), ("Dipole", 1.5), ("Edge", 2.2)):
        factor[kind == INDEX[label]] = value
    found: Floats = seeing * factor * np.exp(0.1 * draws.normal(keys, 41))
    return found


def elongation(kind: Ints, keys: Keys) -> Floats:
    """Return the ratio of the axes of the source."""
    scale = np.full(len(kind), 0.09)
    for label, value in (("Cosmic ray", 1.2), ("Dipole", 0.5), ("Edge", 1.0)):
        scale[kind == INDEX[label]] = value
    found: Floats = 1.0 + scale * np.abs(draws.normal(keys, 42))
    return found
