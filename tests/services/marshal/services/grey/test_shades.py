"""Brightness becomes shades of grey."""

from __future__ import annotations

import numpy as np
import pytest
from nightdesk_services.marshal.services.grey import STRETCHES, grey
from nightdesk_services.marshal.services.grey.shades import shaded

PARTS = np.linspace(0, 1, 9)
EXPECTED = {
    "asinh": np.arcsinh(PARTS / 0.1) / np.arcsinh(10),
    "linear": PARTS,
    "log": np.log1p(1000 * PARTS) / np.log1p(1000),
    "sqrt": np.sqrt(PARTS),
}


@pytest.mark.parametrize("stretch", STRETCHES)
def test_each_stretch(stretch: str) -> None:
    given = np.concatenate([[-5.0], 10 + 2 * PARTS, [99.0, np.nan, np.inf]])
    wanted = np.round(255 * EXPECTED[stretch])
    found = shaded(given, 10.0, 12.0, STRETCHES.index(stretch))
    assert found.tolist() == [0, *wanted.tolist(), 255, 0, 0]


def test_an_image_of_nothing_is_black() -> None:
    assert grey(np.full((3, 4), np.nan), "asinh").tolist() == np.zeros((3, 4)).tolist()


def test_a_view_is_drawn_as_it_lies() -> None:
    image = np.arange(60, dtype=np.float64).reshape(6, 10)
    for view in (image[::-1, ::2], image.T):
        assert grey(view, "linear").tolist() == grey(view.copy(), "linear").tolist()
