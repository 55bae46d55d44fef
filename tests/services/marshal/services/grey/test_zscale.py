"""Limits of brightness, against Astropy's."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.visualization import ZScaleInterval
from nightdesk_services.marshal.services.grey.zscale import limits


@pytest.mark.parametrize("shape", [(63, 63), (30, 30), (51, 51), (1, 1), (1, 2), (2, 2), (1, 5), (300, 200)])
@pytest.mark.parametrize("seed", range(12))
def test_limits_are_those_of_astropy(shape: tuple[int, int], seed: int) -> None:
    dice = np.random.default_rng(seed)
    image = dice.normal(100, 5, shape)
    # a star, a bad column, a trail of zeros, a gradient
    y, x = np.indices(shape)
    if seed % 2:
        image += 1e4 * np.exp(-((y - shape[0] / 2) ** 2 + (x - shape[1] / 2) ** 2) / 8)
    if seed % 3 == 0:
        image[:, shape[1] // 3] = 6e4
    if seed % 4 == 1:
        image[: shape[0] // 2] = 0
    if seed % 5 == 2:
        image += 3 * x
    assert limits(image.ravel()) == pytest.approx(ZScaleInterval().get_limits(image), rel=1e-9, abs=1e-9)


def test_an_even_image_has_one_limit() -> None:
    assert limits(np.full(500, 7.0)) == (7.0, 7.0)
