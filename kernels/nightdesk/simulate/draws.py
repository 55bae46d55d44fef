"""Random numbers by counting: a draw is a pure function of its keys, whatever was drawn before.

That makes histories agree: the noise of one object in one visit is the same number, no matter which alert,
which night or which order asks for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)


def key(*parts: ArrayLike) -> Keys:
    """Mix integers (arrays broadcast) into one well-scattered 64-bit key (the finaliser of SplitMix64)."""
    state: Keys = np.zeros((), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            values = np.asarray(part)
            if values.dtype != np.uint64:
                values = values.astype(np.int64).view(np.uint64)
            state = (state + values + _GAMMA) * _MIX1
            state = (state ^ (state >> np.uint64(30))) * _MIX1
            state = (state ^ (state >> np.uint64(27))) * _MIX2
            state = state ^ (state >> np.uint64(31))
    return state


def uniform(keys: Keys, stream: int) -> Floats:
    """Draw from (0, 1), one number per key; each `stream` is independent of the others."""
    bits = key(keys, stream) >> np.uint64(11)
    return (bits.astype(np.float64) + 0.5) * 2.0**-53


def normal(keys: Keys, stream: int) -> Floats:
    """Draw from the normal distribution of mean 0 and width 1."""
    values: Floats = ndtri(uniform(keys, stream))
    return values


def generator(*parts: int) -> np.random.Generator:
    """Return a sequential generator for pictures and populations, seeded by `parts`."""
    return np.random.Generator(
        np.random.SFC64(np.random.SeedSequence([part & (2**64 - 1) for part in parts]))
    )
