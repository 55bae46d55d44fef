"""What the pages of sources show besides light curves and words: cutouts and spectra."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from astropy.io import fits
from bson import Int64
from nightdesk_services.marshal.services.spectra.values import Values

Document = dict[str, Any]

KINDS = ("science", "template", "difference")
SPECTRA, WAVELENGTHS = 3, 2000
"""Spectra of each source, and their points."""
PASSED = datetime(2026, 3, 1, tzinfo=UTC)


def pictures(names: Sequence[str], points: int, dice: np.random.Generator) -> dict[str, list[Document]]:
    """Return the newest alert of each source, its cutouts, and that it passed a filter, by collection."""
    alerts, cutouts, candidates = [], [], []
    for n, obj_id in enumerate(names):
        candid = Int64(newest_candid(n, points))
        alerts.append({"_id": candid, "objectId": obj_id, "programid": 1})
        stamps = {f"cutout{kind.capitalize()}": {"stampData": _stamp(dice)} for kind in KINDS}
        cutouts.append({"_id": candid, "objectId": obj_id, **stamps})
        candidates.append(
            {
                "_id": f"1/{candid}",
                "objectId": obj_id,
                "candid": candid,
                "survey": "ZTF",
                "programid": 1,
                "filter_id": 1,
                "group_ids": [1],
                "passed_at": PASSED,
            }
        )
    return {"ZTF_alerts": alerts, "ZTF_alerts_cutouts": cutouts, "candidates": candidates}


def newest_candid(n: int, points: int) -> int:
    """Return the id of the newest alert of the n-th source."""
    return n * 10_000 + points - 1


def spectra(names: Sequence[str], dice: np.random.Generator) -> dict[str, list[Document]]:
    """Return spectra of each source that everybody sees, by collection."""
    wavelengths = np.linspace(3500, 9500, WAVELENGTHS)
    rows: list[Document] = []
    values: list[Document] = []
    for number in range(1, 1 + SPECTRA * len(names)):
        observed = PASSED + timedelta(days=number % SPECTRA)
        rows.append(
            {
                "_id": number,
                "obj_id": names[(number - 1) // SPECTRA],
                "instrument_id": 1,
                "observed_at": observed,
                "type": "source",
                "owner_id": 101,
                "group_ids": [1],
                "points": WAVELENGTHS,
                "created_at": observed,
                "modified": observed,
            }
        )
        fluxes = dice.normal(1, 0.1, WAVELENGTHS)
        values.append({"_id": number, **Values(wavelengths, fluxes).document})
    return {"spectra": rows, "spectrum_values": values}


def _stamp(dice: np.random.Generator) -> bytes:
    """Return a cutout of 63 by 63 pixels as ZTF sends it."""
    file = io.BytesIO()
    fits.PrimaryHDU(dice.normal(0, 1, (63, 63)).astype(np.float32)).writeto(file)
    return gzip.compress(file.getvalue())
