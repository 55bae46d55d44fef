"""The numbers of a spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid

Array = NDArray[np.float64]
FIELDS = ("wavelengths", "fluxes", "errors")
_STORED = np.dtype("<f8")


@dataclass(frozen=True)
class Values:
    """Wavelengths in Angstrom, fluxes and perhaps their errors, all of one length."""

    wavelengths: Array
    fluxes: Array
    errors: Array | None = None

    @classmethod
    def checked(cls, wavelengths: Any, fluxes: Any, errors: Any = None) -> Values:
        """Return the values of a spectrum.

        Raises
        ------
        Invalid
            If the lengths differ, a value is not finite, a wavelength not positive or out of order, or an
            error negative; names the first element that is wrong, counted from 0.
        """
        given = (np.asarray(wavelengths, float), np.asarray(fluxes, float))
        made = cls(*given, None if errors is None else np.asarray(errors, float))
        for field in FIELDS:
            values = getattr(made, field)
            if values is None:
                continue
            if len(values) != len(made.wavelengths):
                raise Invalid(f"{field}: {len(values)} of them, but {len(made.wavelengths)} wavelengths")
            _require(field, values, np.isfinite(values), "is not a finite number")
        _require("wavelengths", made.wavelengths, made.wavelengths > 0, "is not a wavelength in Angstrom")
        if made.errors is not None:
            _require("errors", made.errors, made.errors >= 0, "is negative")
        made._require_order()
        return made

    def _require_order(self) -> None:
        steps = np.diff(self.wavelengths)
        rising = not len(steps) or steps[0] > 0
        right = np.concatenate(([True], steps > 0 if rising else steps < 0))
        _require(
            "wavelengths", self.wavelengths, right, f"does not go on {'rising' if rising else 'falling'}"
        )

    @classmethod
    def stored(cls, document: Document) -> Values:
        """Return the values in a document that `document` made."""
        return cls(*(_read(document.get(field)) for field in FIELDS))  # type: ignore[arg-type]

    @property
    def document(self) -> Document:
        """The values for the store, in little-endian doubles: a list would take twice the room."""
        kept = ((field, getattr(self, field)) for field in FIELDS)
        return {field: None if values is None else values.astype(_STORED).tobytes() for field, values in kept}

    @property
    def lists(self) -> Document:
        """The values as plain lists."""
        kept = ((field, getattr(self, field)) for field in FIELDS)
        return {field: None if values is None else values.tolist() for field, values in kept}

    def normalized(self) -> Values:
        """Return the spectrum scaled so that the median of the fluxes' magnitudes is 1.

        Where more than half of the fluxes are 0, the largest becomes 1; a spectrum of zeros stays as it is.
        """
        sizes = np.abs(self.fluxes)
        scale = float(np.median(sizes)) or float(sizes.max()) or 1.0
        errors = None if self.errors is None else self.errors / scale
        return Values(self.wavelengths, self.fluxes / scale, errors)


def _read(data: bytes | None) -> Array | None:
    return None if data is None else np.frombuffer(data, _STORED)


def _require(field: str, values: Sequence[float] | Array, right: Any, what: str) -> None:
    wrong = np.flatnonzero(~np.asarray(right))
    if len(wrong):
        raise Invalid(f"{field}.{wrong[0]}: {float(values[wrong[0]]):g} {what}")
