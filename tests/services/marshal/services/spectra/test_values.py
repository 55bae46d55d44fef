"""The numbers of a spectrum: what is refused, what the store gives back, how they are scaled."""

from __future__ import annotations

import numpy as np
import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.spectra.values import Values


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (([1, 2, 3], [1, 2]), "fluxes: 2 of them, but 3 wavelengths"),
        (([1, 2], [1, 2], [1, 2, 3]), "errors: 3 of them, but 2 wavelengths"),
        (([1, 2, 2], [1, 2, 3]), "wavelengths.2: 2 does not go on rising"),
        (([3, 2, 4], [1, 2, 3]), "wavelengths.2: 4 does not go on falling"),
        (([0, 1, 2], [1, 2, 3]), "wavelengths.0: 0 is not a wavelength in Angstrom"),
        (([1, 2, 3], [1, np.inf, 3]), "fluxes.1: inf is not a finite number"),
        (([1, np.nan, 3], [1, 2, 3]), "wavelengths.1: nan is not a finite number"),
        (([1, 2, 3], [1, 2, 3], [0, 1, -1]), "errors.2: -1 is negative"),
    ],
)
def test_the_first_element_that_is_wrong_is_named(given: tuple[list[float], ...], wrong: str) -> None:
    with pytest.raises(Invalid) as error:
        Values.checked(*given)
    assert error.value.message == wrong


@pytest.mark.parametrize("errors", [None, [0.0, 0.5, 0.1]])
def test_the_store_gives_back_every_bit(errors: list[float] | None) -> None:
    values = Values.checked([3000.1, 4000.2, 5000.3], [1e-17, -2.5e-300, 0.1], errors)
    assert Values.stored(values.document).lists == values.lists
    assert values.lists == {
        "wavelengths": [3000.1, 4000.2, 5000.3],
        "fluxes": [1e-17, -2.5e-300, 0.1],
        "errors": errors,
    }


@pytest.mark.parametrize(
    ("fluxes", "scaled"),
    [
        ([1.0, -2.0, 4.0], [0.5, -1.0, 2.0]),
        ([0.0, 0.0, -4.0], [0.0, 0.0, -1.0]),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
    ],
)
def test_the_median_becomes_one(fluxes: list[float], scaled: list[float]) -> None:
    values = Values.checked([1, 2, 3], fluxes, [1, 1, 2]).normalized()
    assert values.fluxes.tolist() == scaled
    assert values.errors is not None
    # errors go with their fluxes
    factor = next((s / f for s, f in zip(scaled, fluxes, strict=True) if f), 1.0)
    assert values.errors.tolist() == [factor, factor, 2 * factor]
