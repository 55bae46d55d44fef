"""Cutouts as pictures."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pytest
from astropy.io import fits
from nightdesk_services.marshal.services.images import STRETCHES, pixels, png
from PIL import Image


def stamp(data: np.ndarray, *, second: bool = False, zipped: bool = False) -> bytes:
    out = io.BytesIO()
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(data)] if second else [fits.PrimaryHDU(data)]
    fits.HDUList(hdus).writeto(out)
    return gzip.compress(out.getvalue()) if zipped else out.getvalue()


def drawn(data: bytes, **how: object) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png(data, **how))))  # type: ignore[arg-type]


@pytest.fixture
def star() -> np.ndarray:
    y, x = np.mgrid[:21, :31]
    noise = np.random.default_rng(1).normal(0, 1, (21, 31))
    return (100 * np.exp(-((x - 8) ** 2 + (y - 4) ** 2) / 8) + noise).astype(np.float32)


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("zipped", [False, True])
def test_pixels_are_read_wherever_they_are(star: np.ndarray, second: bool, zipped: bool) -> None:
    np.testing.assert_array_equal(pixels(stamp(star, second=second, zipped=zipped)), star)


@pytest.mark.parametrize("stretch", STRETCHES)
def test_the_star_is_bright_and_up_is_up(star: np.ndarray, stretch: str) -> None:
    grey = drawn(stamp(star), stretch=stretch)
    assert grey.shape == (21, 31)
    assert grey[20 - 4, 8] == 255
    assert np.median(grey) < 250


def test_missing_pixels_are_black(star: np.ndarray) -> None:
    star[:, 20:] = np.nan
    grey = drawn(stamp(star))
    assert (grey[:, 20:] == 0).all()
    assert grey[:, :20].any()
    assert not drawn(stamp(np.full((5, 5), np.nan, np.float32))).any()
    assert drawn(stamp(np.ones((5, 5), np.float32))).shape == (5, 5)


def test_size_keeps_the_form(star: np.ndarray) -> None:
    assert drawn(stamp(star), size=62).shape == (42, 62)


@pytest.mark.parametrize("data", [b"", b"not FITS", b"\x1f\x8bno gzip"])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="cutout"):
        png(data)


def test_a_file_without_image_is_refused() -> None:
    out = io.BytesIO()
    fits.PrimaryHDU().writeto(out)
    with pytest.raises(ValueError, match="no image"):
        png(out.getvalue())
