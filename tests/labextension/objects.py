"""Seeded objects for a marshal that is none: photometry, cutouts and cards that look like a night."""

from __future__ import annotations

import io
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from PIL import Image

KINDS = ("science", "template", "difference")
CATALOGUES = ("Gaia_DR3", "PS1_DR2", "Milliquas_v8", "CLU")
FILTERS = {
    1: {"id": 1, "name": "Likely transients (ZTF)", "group_id": 1, "survey": "ZTF", "active": True},
    2: {"id": 2, "name": "Likely transients (LSST)", "group_id": 1, "survey": "LSST", "active": True},
    3: {"id": 3, "name": "Infant supernovae", "group_id": 2, "survey": "ZTF", "active": True},
}
GROUPS = {
    1: {"id": 1, "name": "Sitewide Group", "nickname": None},
    2: {"id": 2, "name": "Supernovae", "nickname": "SN"},
}
MJD_OF_JD = 2400000.5
UNIX_JD = 2440587.5


def now_jd() -> float:
    """Julian date of this moment."""
    return datetime.now(UTC).timestamp() / 86400 + UNIX_JD


def name_of(index: int) -> str:
    """A name like those of the survey."""
    letters = "".join(chr(97 + (index * 7919 // 26**k + 5 * k) % 26) for k in range(7))
    return f"ZTF26{letters}"


def photometry(index: int) -> list[dict[str, Any]]:
    """Points of a supernova-like light curve as SkyPortal gives them."""
    rng = np.random.default_rng(index)
    end = now_jd() - MJD_OF_JD
    peak, age = rng.uniform(16.2, 19.2), rng.uniform(2, 45)
    rise, fade = rng.uniform(6, 14), rng.uniform(20, 60)
    points = []
    for day in np.arange(-20.0, age, rng.uniform(1.2, 2.6)):
        for band, shift in (("ztfg", 0.0), ("ztfr", 0.25)):
            phase = day - rise
            mag = peak + shift + (2.4 * (phase / rise) ** 2 if phase < 0 else 1.086 * phase / fade)
            limit = rng.normal(20.4, 0.25)
            seen = day >= 0 and mag < limit
            error = 0.02 + 0.12 * 10 ** (0.4 * (mag - 20)) if seen else None
            mag = float(mag + rng.normal(0, error)) if seen else None
            flux = 10 ** (-0.4 * (mag - 23.9)) if seen else float(rng.normal(0, 4))
            points.append(
                {
                    "id": len(points),
                    "obj_id": name_of(index),
                    "mjd": float(end - age + day + rng.uniform(0, 0.2)),
                    "filter": band,
                    "mag": mag,
                    "magerr": error,
                    "limiting_mag": float(limit),
                    "flux": float(flux),
                    "fluxerr": float(flux * error / 1.086) if seen else 5.0,
                    "zp": 23.9,
                    "magsys": "ab",
                    "instrument_name": "ZTF",
                    "origin": "detection" if seen else "limit",
                    "candid": str(10**18 + index * 1000 + len(points)) if seen else None,
                }
            )
    return points


def cutout(index: int, kind: str) -> bytes:
    """A grey 63 x 63 PNG: a galaxy, a few stars, and in two of the three the new star."""
    rng = np.random.default_rng(index)
    y, x = np.mgrid[:63, :63]

    def star(cx: float, cy: float, flux: float, width: float = 1.4) -> Any:
        return flux * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * width**2))

    tilt = rng.uniform(0, math.pi)
    gx, gy = 31 + rng.normal(0, 3), 31 + rng.normal(0, 3)
    u = (x - gx) * math.cos(tilt) + (y - gy) * math.sin(tilt)
    v = -(x - gx) * math.sin(tilt) + (y - gy) * math.cos(tilt)
    sky = 60 * np.exp(-np.hypot(u / rng.uniform(3, 8), v / rng.uniform(2, 4)))
    for _ in range(int(rng.integers(1, 6))):
        sky = sky + star(rng.uniform(0, 63), rng.uniform(0, 63), rng.uniform(20, 150))
    new = star(31, 31, rng.uniform(40, 160))
    noise = np.random.default_rng([index, KINDS.index(kind)]).normal(0, 2.2, (63, 63))
    image = {"science": sky + new, "template": sky, "difference": new}[kind] + noise
    low, high = np.quantile(image, 0.02), np.quantile(image, 0.995)
    grey = np.arcsinh(8 * np.clip((image - low) / (high - low), 0, 1.2)) / np.arcsinh(9.6)
    out = io.BytesIO()
    Image.fromarray((np.clip(grey, 0, 1) * 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def card(index: int, minutes_ago: float = 0.0) -> dict[str, Any]:
    """A candidate as the marshal shows it."""
    rng = np.random.default_rng([index, 1])
    seen = [point for point in photometry(index) if point["origin"] == "detection"]
    ra, dec = float(rng.uniform(0, 360)), float(rng.uniform(-25, 80))
    matches = {
        name: [{"_id": f"{name[:2]}{index:06d}", "ra": ra + offset / 3600, "dec": dec - offset / 5400,
                "distance_arcsec": offset, "phot_g_mean_mag": round(float(rng.uniform(14, 20)), 3)}]
        for name in CATALOGUES
        if rng.random() < 0.45
        for offset in [float(rng.uniform(0.1, 12))]
    }  # fmt: skip
    passed = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return {
        "id": name_of(index),
        "ra": ra,
        "dec": dec,
        "survey": "ZTF",
        "last_detected_at": (passed - timedelta(minutes=4)).isoformat(),
        "passing_alert_id": str(10**18 + index * 1000),
        "passed_at": passed.isoformat(),
        "filter_ids": [1, 3] if index % 4 == 0 else [1],
        "passing_group_ids": [1, 2] if index % 4 == 0 else [1],
        "band": "gr"[index % 2],
        "magpsf": seen[-1]["mag"] if seen else 19.9,
        "score": round(float(rng.uniform(0.66, 1)), 3),
        "n_det": max(1, len(seen)),
        "first_jd": (seen[0]["mjd"] if seen else now_jd() - MJD_OF_JD) + MJD_OF_JD,
        "is_source": False,
        "saved_groups": [],
        "rejected": False,
        "cross_matches": matches,
        "thumbnails": [],
        "n_comments": 0,
        "comments": [],
    }
