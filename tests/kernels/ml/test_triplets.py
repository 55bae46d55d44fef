"""Preprocessing against plain implementations, one stamp at a time."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pytest
from astropy.io import fits
from astropy.stats import mad_std
from nightdesk.ml import Stamps, Triplets
from nightdesk.ml.triplets import prepare

from tests.kernels.ml.alerts import real, simulated
from tests.support.data import needs_data

KINDS = ("science", "template", "difference")


def kowalski(stamps: dict[str, bytes]) -> np.ndarray:
    """What Kowalski gives to braai: NaN to zero, unit length, 1e-9 after the last pixel."""
    planes = []
    for kind in KINDS:
        with gzip.open(io.BytesIO(stamps[kind])) as unzipped, fits.open(io.BytesIO(unzipped.read())) as file:
            data = np.nan_to_num(file[0].data.astype(np.float64))
        # Kowalski lets these make the length infinite, and all of the stamp zero
        data[np.abs(data) > 1e20] = 0.0
        data = data / np.linalg.norm(data)
        missing = [(0, 63 - side) for side in data.shape]
        planes.append(np.pad(data, missing, constant_values=1e-9))
    return np.stack(planes, axis=-1)


@needs_data
@pytest.mark.filterwarnings("ignore")
def test_braais_triplets_of_real_packets() -> None:
    batch = real("ztf")
    spec = Triplets(kind="triplets", pad="end", pad_value=1e-9)
    values, rows = Stamps(batch.cutouts).prepared(spec)
    assert rows.tolist() == list(range(36))
    assert values.shape == (36, 63, 63, 3) and values.dtype == np.float32
    images = Stamps(batch.cutouts).images
    assert sum(np.isnan(image).any() for image in images["science"] if image is not None) == 4
    assert sum((image < -1e38).any() for image in images["template"] if image is not None) == 2
    for row in range(36):
        expected = kowalski({kind: batch.cutouts[kind][row] or b"" for kind in KINDS})
        np.testing.assert_allclose(values[row], expected, rtol=2e-5, atol=1e-9)


def robust(image: np.ndarray, size: int) -> np.ndarray:
    """Median and deviation by astropy, cut or padded around pixel n // 2."""
    start = [max(0, side // 2 - size // 2) for side in image.shape]
    cut = np.asarray(image[start[0] : start[0] + size, start[1] : start[1] + size], np.float64)
    cut = (cut - np.nanmedian(cut)) / mad_std(cut, ignore_nan=True)
    cut = np.arcsinh(np.nan_to_num(cut, nan=0.0))
    canvas = np.zeros((size, size))
    place = [max(0, size // 2 - side // 2) for side in image.shape]
    canvas[place[0] : place[0] + cut.shape[0], place[1] : place[1] + cut.shape[1]] = cut
    return canvas


@pytest.mark.parametrize("survey", ["ztf", "lsst"])
@pytest.mark.parametrize("size", [21, 30, 31, 63, 64])
def test_robust_triplets_of_both_surveys(survey: str, size: int) -> None:
    batch = simulated(survey)
    spec = Triplets(
        kind="triplets", size=size, layout="NCHW", nan="median", normalise="robust", stretch="asinh"
    )
    stamps = Stamps(batch.cutouts)
    values, rows = stamps.prepared(spec)
    assert values.shape == (len(batch), 3, size, size)
    assert rows.tolist() == list(range(len(batch)))
    for row in range(len(batch)):
        for plane, kind in enumerate(KINDS):
            image = stamps.images[kind][row]
            assert image is not None
            np.testing.assert_allclose(values[row, plane], robust(image, size), rtol=1e-4, atol=1e-5)


def test_the_centre_stays_the_centre() -> None:
    for side in (29, 30, 31, 62, 63, 64):
        image = np.zeros((side, side), np.float32)
        image[side // 2, side // 2] = 1.0
        for size in (28, 29, 30, 31, 63):
            spec = Triplets(kind="triplets", size=size, order=("science",), normalise="none")
            values, _ = prepare({"science": [image]}, spec)
            assert np.argwhere(values[0, :, :, 0]).tolist() == [[size // 2, size // 2]]


def test_layout_order_and_corner() -> None:
    images = {kind: [np.full((2, 3), i + 1.0, np.float32)] for i, kind in enumerate(KINDS)}
    spec = Triplets(
        kind="triplets",
        size=4,
        order=("difference", "science"),
        layout="NCHW",
        normalise="none",
        pad="end",
        pad_value=-7.0,
    )
    values, _ = prepare(images, spec)
    assert values.shape == (1, 2, 4, 4)
    assert (values[0, 0, :2, :3] == 3.0).all() and (values[0, 1, :2, :3] == 1.0).all()
    assert (values[0, :, 2:] == -7.0).all() and (values[0, :, :, 3] == -7.0).all()


def test_missing_pixels_become_zero_or_the_median() -> None:
    image = np.array([[1.0, np.nan], [3.0, np.inf]], np.float32)
    for nan, filled in (("zero", 0.0), ("median", 2.0)):
        spec = Triplets(kind="triplets", size=2, order=("science",), normalise="none", nan=nan)
        values, _ = prepare({"science": [image]}, spec)
        assert values[0, :, :, 0].tolist() == [[1.0, filled], [3.0, filled]]


def test_alerts_without_a_usable_stamp_are_left_out() -> None:
    good = np.arange(9, dtype=np.float32).reshape(3, 3)
    empty = np.full((3, 3), np.nan, np.float32)
    spec = Triplets(kind="triplets", size=3)
    images = {
        "science": [good, None, good, good, good],
        "template": [good, good, empty, good, good],
        "difference": [good, good, good, good, None],
    }
    values, rows = prepare(images, spec)
    assert rows.tolist() == [0, 3]
    np.testing.assert_array_equal(values[0], values[1])
    lacking = {kind: images[kind] for kind in ("science", "template")}
    assert prepare(lacking, spec)[1].tolist() == []


@pytest.mark.parametrize("how", ["l2", "robust"])
def test_a_flat_stamp_stays_finite(how: str) -> None:
    flat = np.full((5, 5), 3.0, np.float32)
    zero = np.zeros((5, 5), np.float32)
    huge = np.full((5, 5), 3e19, np.float32)
    marked = np.full((5, 5), -3.4028235e38, np.float32)
    spec = Triplets(kind="triplets", size=5, order=("science",), normalise=how)
    values, rows = prepare({"science": [flat, zero, huge, marked]}, spec)
    assert rows.tolist() == [0, 1, 2]
    np.testing.assert_allclose(values[[0, 2]], 0.2 if how == "l2" else 0.0, rtol=1e-6)
    assert (values[1] == 0.0).all()
