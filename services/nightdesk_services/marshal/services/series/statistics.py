"""What the points of a photometric series amount to, by SkyPortal's names."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from nightdesk.photometry import POGSON, flux_of_magnitude, magnitude_of_flux
from nightdesk.photometry.conversions import SIGNIFICANT

from nightdesk_services.marshal.services.series.tables import (
    FLUXES,
    MAGNITUDES,
    TIMES,
    Table,
    column,
    numbers,
)

Floats = npt.NDArray[np.float64]

_ROUNDS, _CLIP, _FEW = 3, 3.0, 5
_SECONDS: Final = 86400.0


def brightness(table: Table) -> dict[str, Floats]:
    """Return ``mjd``, ``flux``, ``fluxerr`` (µJy), ``mag``, ``magerr`` (AB) and ``snr`` of each row.

    Fluxes count where there are both. Without errors, the scatter of the fluxes stands for them in ``snr``.
    """
    if column(table, FLUXES) is not None:
        flux = numbers(table, FLUXES)
        mag = magnitude_of_flux(flux)
    else:
        mag = numbers(table, MAGNITUDES)
        flux = np.where(np.abs(mag) < 100, flux_of_magnitude(mag), np.nan)
    positive = np.where(flux > 0, flux, np.nan)
    fluxerr, magerr = numbers(table, ("fluxerr",)), numbers(table, ("magerr",))
    if "fluxerr" in table:
        magerr = POGSON * fluxerr / positive
    elif "magerr" in table:
        fluxerr = magerr * positive / POGSON
    noise = fluxerr if np.isfinite(fluxerr).any() else np.full(len(flux), robust(flux)[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        snr = np.where(noise > 0, flux / noise, np.nan)
    return {
        "mjd": numbers(table, TIMES),
        "flux": flux,
        "fluxerr": fluxerr,
        "mag": mag,
        "magerr": magerr,
        "snr": snr,
    }


def statistics(table: Table) -> dict[str, Any]:
    """Return the statistics of a series; what cannot be told is None.

    Raises nothing, whatever the numbers: a series without any brightness is one that saw nothing.
    """
    seen = brightness(table)
    mjd, mag, snr = seen["mjd"], seen["mag"], seen["snr"]
    robust_mag, robust_rms = robust(mag)
    detected = np.flatnonzero(snr > SIGNIFICANT)
    last = int(detected[-1]) if len(detected) else None
    step = float(np.median(np.diff(mjd))) * _SECONDS if len(mjd) > 1 else 0.0
    columns = {name: numbers(table, (name,)) for name in table if table[name].dtype.kind in "fiub"}
    made = {
        "mjd_first": mjd[0],
        "mjd_mid": (mjd[0] + mjd[-1]) / 2,
        "mjd_last": mjd[-1],
        "mag_first": mag[0],
        "mag_last": mag[-1],
        "mjd_last_detected": None if last is None else mjd[last],
        "mag_last_detected": None if last is None else mag[last],
        "mean_mag": _of(np.mean, mag),
        "rms_mag": _of(np.std, mag),
        "robust_mag": robust_mag,
        "robust_rms": robust_rms,
        "median_snr": _of(np.median, snr),
        "best_snr": _of(np.max, snr),
        "worst_snr": _of(np.min, snr),
        "frame_rate": 1 / step if step > 0 else None,
    }
    shown: dict[str, Any] = {name: _finite(value) for name, value in made.items()}
    shown |= {"is_detected": last is not None, "num_exp": len(mjd)}
    for field, what in (("medians", np.median), ("minima", np.min), ("maxima", np.max), ("stds", np.std)):
        shown[field] = {name: _finite(_of(what, values)) for name, values in columns.items()}
    return shown


def robust(values: Floats) -> tuple[float, float]:
    """Return mean and scatter of values without outliers: clipped at three sigma, thrice at most.

    With less than five values these are median and scatter of all.
    """
    kept = values[np.isfinite(values)]
    if len(kept) == 0:
        return np.nan, np.nan
    middle, scatter = float(np.median(kept)), float(np.std(kept))
    for _ in range(_ROUNDS):
        inside = kept[np.abs(kept - middle) <= _CLIP * scatter]
        if len(inside) == len(kept) or len(inside) < _FEW:
            break
        kept = inside
        middle, scatter = float(np.mean(kept)), float(np.std(kept))
    return middle, scatter


def _of(what: Any, values: Floats) -> float:
    known = values[np.isfinite(values)]
    with np.errstate(over="ignore", invalid="ignore"):
        return float(what(known)) if len(known) else np.nan


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)
