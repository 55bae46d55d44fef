"""How good a real/bogus score is."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def roc_auc(score: Floats, real: Bools) -> float:
    """Return the chance that a real alert scores higher than a bogus one; half of the ties count."""
    ranks = rankdata(score)
    n, m = int(real.sum()), int((~real).sum())
    return float((ranks[real].sum() - n * (n + 1) / 2) / (n * m)) if n and m else float("nan")


def fnr_at_fpr(score: Floats, real: Bools, fpr: float = 0.01) -> float:
    """Return the share of real alerts lost where at most `fpr` of the bogus ones pass."""
    allowed = int(np.floor(fpr * (~real).sum()))
    threshold = np.sort(score[~real])[::-1][allowed]
    return float((score[real] <= threshold).mean())


def fpr_at_fnr(score: Floats, real: Bools, fnr: float = 0.01) -> float:
    """Return the share of bogus alerts that pass where at most `fnr` of the real ones are lost."""
    allowed = int(np.floor(fnr * real.sum()))
    threshold = np.sort(score[real])[allowed]
    return float((score[~real] >= threshold).mean())


def calibration_error(score: Floats, real: Bools, bins: int = 15) -> float:
    """Return the expected calibration error: mean gap of score and share of real ones, in equal bins.

    Source: Naeini, Cooper & Hauskrecht 2015 (AAAI), weighted by the number of alerts in a bin.
    """
    place = np.minimum((score * bins).astype(int), bins - 1)
    number = np.bincount(place, minlength=bins)
    gaps = np.abs(np.bincount(place, score, bins) - np.bincount(place, real.astype(float), bins))
    return float(gaps.sum() / number.sum())


def summary(score: Floats, real: Bools) -> dict[str, float]:
    """Return all measures of a score, and its false rates at a threshold of 0.5."""
    return {
        "alerts": len(score),
        "bogus": int((~real).sum()),
        "roc_auc": roc_auc(score, real),
        "fnr_at_fpr_1": fnr_at_fpr(score, real),
        "fpr_at_fnr_1": fpr_at_fnr(score, real),
        "ece": calibration_error(score, real),
        "fnr_at_half": float((score[real] < 0.5).mean()),
        "fpr_at_half": float((score[~real] >= 0.5).mean()),
    }


def report(truth: pl.DataFrame, column: str) -> dict[str, Any]:
    """Return the measures of one column of scores, for all alerts, by survey, by class and by brightness.

    Parameters
    ----------
    truth
        Columns ``survey``, ``label``, ``is_real``, ``snr`` and the scores; rows without a score are left out.
    """
    known = truth.drop_nulls(column)

    def measure(part: pl.DataFrame) -> dict[str, float]:
        return summary(part[column].cast(pl.Float64).to_numpy(), part["is_real"].to_numpy())

    wrong = (pl.col(column) >= 0.5) != pl.col("is_real")
    classes = known.group_by("survey", "label", "is_real").agg(
        alerts=pl.len(),
        wrong=wrong.mean(),
        median=pl.col(column).median(),
        percentile_1=pl.col(column).quantile(0.01),
        percentile_99=pl.col(column).quantile(0.99),
    )
    faint = known.filter(pl.col("snr") < 7.0)
    return {
        "all": measure(known),
        "surveys": {name[0]: measure(part) for name, part in known.group_by("survey", maintain_order=True)},
        "faint": {name[0]: measure(part) for name, part in faint.group_by("survey", maintain_order=True)},
        "classes": classes.sort("survey", "is_real", "label").to_dicts(),
    }
