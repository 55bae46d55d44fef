"""Making the network's log-odds honest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def platt(odds: Floats, real: NDArray[np.float32]) -> tuple[float, float]:
    """Return slope and intercept that make log-odds honest (Platt 1999, with his softened targets).

    Solved by Newton's method; the likelihood has one maximum.
    """
    positive = float(real.sum())
    negative = len(real) - positive
    target = np.where(real > 0.5, (positive + 1) / (positive + 2), 1 / (negative + 2))
    design = np.column_stack([odds, np.ones_like(odds)])
    # Newton needs numbers of order one
    scale = np.array([max(float(np.std(odds)), 1e-6), 1.0])
    design, found = design / scale, np.zeros(2)
    for _ in range(100):
        chance = 1.0 / (1.0 + np.exp(-design @ found))
        slope = design.T @ (target - chance)
        curve = (design * (chance * (1.0 - chance))[:, None]).T @ design + 1e-9 * np.eye(2)
        move = np.linalg.solve(curve, slope)
        found += np.clip(move, -2.0, 2.0)
        if np.abs(move).max() < 1e-9:
            break
    slope, intercept = (found / scale).tolist()
    return slope, intercept
