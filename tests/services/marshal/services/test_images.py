"""Cutouts as pictures."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import fastavro
import numpy as np
import pytest
from astropy.io import fits
from nightdesk.surveys import get
from nightdesk_services.marshal.services.grey import STRETCHES
from nightdesk_services.marshal.services.images import pixels, png
from PIL import Image

from tests.support.data import DATA, needs_data


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


def test_a_survey_whose_files_begin_in_the_north_is_drawn_north_up_too(star: np.ndarray) -> None:
    assert get("ZTF").first_row == "north"
    assert get("LSST").first_row == "south"
    np.testing.assert_array_equal(drawn(stamp(star), first_row="north"), drawn(stamp(star[::-1])))


@needs_data
def test_ztfs_files_begin_in_the_north() -> None:
    """The reference catalogue's nearest source shines where that side of the sky is."""
    agree = seen = 0
    for packet in map(read_packet, sorted((DATA / "ztf").rglob("*.avro"))):
        alert = packet["candidate"]
        north = (alert["decnr"] - alert["dec"]) * 3600 / 1.01
        west = (alert["ra"] - alert["ranr"]) * np.cos(np.radians(alert["dec"])) * 3600 / 1.01
        image = pixels(packet["cutoutTemplate"]["stampData"])
        if image.shape != (63, 63) or not (2 < abs(north) < 25 and abs(west) < 25):
            continue
        up, down = (light(image, 31 + side * north, 31 + west) for side in (-1, 1))
        seen += 1
        agree += up > down
    assert agree > 0.6 * seen > 6


def light(image: np.ndarray, row: float, column: float) -> float:
    y, x = round(row), round(column)
    return float(np.nanmax(image[y - 1 : y + 2, x - 1 : x + 2]))


def read_packet(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return next(fastavro.reader(file))  # type: ignore[return-value, arg-type]


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
