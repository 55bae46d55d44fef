"""The same features, one object at a time, by other means: numpy, SciPy and astropy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from nightdesk.features import LightCurves
from scipy import stats


def features(curves: LightCurves) -> list[dict[str, float | None]]:
    made = []
    for i in range(len(curves)):
        part = slice(int(curves.offsets[i]), int(curves.offsets[i + 1]))
        points = [
            dict(zip(("t", "m", "e", "f", "fe", "b"), row, strict=True))
            for row in zip(
                curves.jd[part].tolist(),
                curves.mag[part].tolist(),
                curves.magerr[part].tolist(),
                curves.flux[part].tolist(),
                curves.fluxerr[part].tolist(),
                curves.band[part].tolist(),
                strict=True,
            )
        ]
        row: dict[str, float | None] = {}
        for code, band in enumerate(curves.bands):
            row |= {f"{band}.{k}": v for k, v in _band([p for p in points if p["b"] == code]).items()}
        times = [p["t"] for p in points]
        row["duration"] = max(times) - min(times) if times else None
        for a, b in (("g", "r"), ("r", "i")):
            if a in curves.bands and b in curves.bands:
                codes = curves.bands.index(a), curves.bands.index(b)
                row |= {f"color_{a}{b}{k}": v for k, v in _colour(points, *codes).items()}
        made.append(row)
    return made


def _line(points: list[tuple[float, float, float]]) -> tuple[float | None, float | None]:
    good = [p for p in points if np.isfinite(p[1]) and np.isfinite(p[2]) and p[2] > 0]
    if len({p[0] for p in good}) < 2:
        return None, None
    t, v, e = np.array(good).T
    design = np.column_stack([t - t[0], np.ones(len(t))]) / e[:, None]
    inverse = np.linalg.inv(design.T @ design)
    return float((inverse @ design.T @ (v / e))[0]), float(np.sqrt(inverse[0, 0]))


def _band(points: list[dict[str, float]]) -> dict[str, Any]:
    up = [p for p in points if p["f"] > 0 and np.isfinite(p["m"])]
    found: dict[str, Any] = {"n_det": len(points), "n_pos": len(up)}
    if points:
        found |= {"first_jd": points[0]["t"], "last_jd": points[-1]["t"]}
    known = [p for p in points if np.isfinite(p["f"]) and np.isfinite(p["fe"]) and p["fe"] > 0]
    if len(known) > 1:
        f, fe = np.array([p["f"] for p in known]), np.array([p["fe"] for p in known])
        mean = np.average(f, weights=fe**-2)
        found["chi2"] = float(np.sum(((f - mean) / fe) ** 2) / (len(f) - 1))
    if not up:
        return found
    m, t = np.array([p["m"] for p in up]), np.array([p["t"] for p in up])
    peak = int(np.argmin(m))
    found |= {"peak_mag": float(m[peak]), "peak_jd": float(t[peak])}
    good = [p for p in up if np.isfinite(p["e"]) and p["e"] > 0]
    if good:
        gm, ge = np.array([p["m"] for p in good]), np.array([p["e"] for p in good])
        found["mean_mag"] = float(np.average(gm, weights=ge**-2))
        found["mean_mag_err"] = float(np.sum(ge**-2) ** -0.5)
        if len(good) > 1:
            delta = np.sqrt(len(gm) / (len(gm) - 1)) * (gm - found["mean_mag"]) / ge
            if np.any(np.abs(delta) > 1e-9):
                found["stetson_k"] = float(
                    np.sum(np.abs(delta)) / np.sqrt(len(delta)) / np.sqrt(np.sum(delta**2))
                )
    if len(m) > 1:
        found |= {"amplitude": float(np.ptp(m)), "std_mag": float(np.std(m, ddof=1))}
        if found["std_mag"] > 0:
            found["eta"] = float(np.mean(np.diff(m) ** 2) / np.var(m, ddof=1))
            if len(m) > 2:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found["skew"] = float(stats.skew(m, bias=False))
    row = [(p["t"], p["m"], p["e"]) for p in up]
    found["rise_rate"], found["rise_rate_err"] = _line(row[: peak + 1])
    found["fade_rate"], found["fade_rate_err"] = _line(row[peak:])
    found["slope_3d"], found["slope_3d_err"] = _line([p for p in row if p[0] >= row[-1][0] - 3])
    return found


def _colour(points: list[dict[str, float]], first: int, second: int) -> dict[str, float | None]:
    up = [p for p in points if p["f"] > 0 and np.isfinite(p["m"])]
    pairs = []
    for one in (p for p in up if p["b"] == first):
        others = [p for p in up if p["b"] == second and abs(p["t"] - one["t"]) <= 0.5]
        if others:
            other = min(others, key=lambda p: (abs(p["t"] - one["t"]), p["t"]))
            pairs.append(((one["t"] + other["t"]) / 2, one["m"] - other["m"], np.hypot(one["e"], other["e"])))
    if not pairs:
        return {}
    return {"": pairs[-1][1], "_err": pairs[-1][2], "_jd": pairs[-1][0], "_rate": _line(pairs)[0]}
