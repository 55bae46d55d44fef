"""Cutouts are read as astropy reads them, and nothing that is not one gets through."""

from __future__ import annotations

import gzip
import io
import zlib

import numpy as np
import pytest
from astropy.io import fits
from nightdesk.ml import StampError, Stamps, read

from tests.kernels.ml.alerts import real, simulated
from tests.support.data import needs_data


def by_astropy(stamp: bytes) -> np.ndarray:
    content = gzip.decompress(stamp) if stamp[:2] == b"\x1f\x8b" else stamp
    with fits.open(io.BytesIO(content), memmap=False, ignore_missing_simple=True) as file:
        return next(np.asarray(hdu.data, np.float64) for hdu in file if hdu.data is not None)


def written(pixels: np.ndarray, **cards: float) -> bytes:
    hdu = fits.PrimaryHDU(pixels)
    for name, value in cards.items():
        hdu.header[name] = value
    out = io.BytesIO()
    hdu.writeto(out)
    return out.getvalue()


@pytest.mark.parametrize("survey", ["ztf", "lsst"])
def test_simulated_stamps_are_read_as_by_astropy(survey: str) -> None:
    for stamps in simulated(survey).cutouts.values():
        for stamp in stamps[:10]:
            assert stamp is not None
            np.testing.assert_array_equal(read(stamp), by_astropy(stamp))


@needs_data
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("survey", "side"), [("ztf", 63), ("lsst", 30)])
def test_real_stamps_are_read_as_by_astropy(survey: str, side: int) -> None:
    seen = 0
    for stamps in real(survey).cutouts.values():
        for stamp in stamps:
            assert stamp is not None
            image = read(stamp)
            assert image.shape == (side, side)
            np.testing.assert_array_equal(image, by_astropy(stamp))
            seen += 1
    assert seen == 3 * len(real(survey))


@pytest.mark.parametrize("kind", ["u1", "i2", "i4", "i8", "u2", "f4", "f8"])
def test_every_kind_of_pixel_is_read(kind: str) -> None:
    # astropy writes u2 as i2 with BZERO
    pixels = np.arange(77).reshape(7, 11).astype(kind)
    np.testing.assert_array_equal(read(written(pixels)), pixels)
    np.testing.assert_array_equal(read(gzip.compress(written(pixels))), pixels)


def test_scaled_integers_and_blanks() -> None:
    raw = np.arange(12, dtype=np.int16).reshape(3, 4)
    stamp = written(raw)
    end = b"END".ljust(80)
    cards = b"".join(
        text.ljust(80).encode()
        for text in ("BSCALE  = 5.0D-1 / a Fortran number", "BZERO   = 10", "BLANK   = 5")
    )
    stamp = stamp[: stamp.index(end)] + cards + end + b" " * (2880 - stamp.index(end) - 320) + stamp[2880:]
    expected = raw * 0.5 + 10
    expected[1, 1] = np.nan
    np.testing.assert_array_equal(read(stamp), expected)


def test_an_image_in_an_extension_is_found() -> None:
    pixels = np.random.default_rng(1).normal(size=(5, 6)).astype(np.float32)
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(pixels)]).writeto(out)
    np.testing.assert_array_equal(read(out.getvalue()), pixels)


GOOD = written(np.ones((9, 9), np.float32))


@pytest.mark.parametrize(
    ("stamp", "message"),
    [
        (b"", "not a FITS file"),
        (b"nonsense" * 1000, "not a FITS file"),
        (b"\x1f\x8b\x08nonsense", "not a gzip file"),
        (gzip.compress(GOOD)[:-20], "cut off"),
        (GOOD[:300], "header has no end"),
        (GOOD[:3000], "cut off or empty"),
        (GOOD.replace(b"BITPIX  =                  -32", b"BITPIX  =                  -33"), "BITPIX is -33"),
        (GOOD.replace(b"NAXIS1  ", b"NAXIS7  "), "header has no NAXIS1"),
        (GOOD.replace(b"NAXIS1  =                    9", b"NAXIS1  =           9000000000"), "cut off"),
        (GOOD.replace(b"NAXIS1  =                    9", b"NAXIS1  =                   -9"), "cut off"),
        (written(np.ones((3, 3, 3), np.float32)), "no plain image"),
        (gzip.compress(bytes(64 * 1024 * 1024), 9), "more than"),
    ],
)
def test_what_is_no_stamp_is_refused(stamp: bytes, message: str) -> None:
    with pytest.raises(StampError, match=message):
        read(stamp)


def test_random_damage_is_refused_or_read_but_never_crashes() -> None:
    rng = np.random.default_rng(3)
    whole = bytearray(simulated("ztf").cutouts["science"][0] or b"")
    plain = bytearray(zlib.decompress(bytes(whole), 31))
    refused = 0
    for original in (whole, plain):
        for _ in range(300):
            damaged = bytearray(original)
            for place in rng.integers(0, min(len(damaged), 3000), 4):
                damaged[place] = rng.integers(0, 256)
            try:
                assert read(bytes(damaged)).ndim == 2
            except StampError:
                refused += 1
    assert refused > 250


def test_stamps_of_a_batch_are_none_where_there_are_none() -> None:
    batch = simulated("ztf")
    stamps = Stamps({"science": [batch.cutouts["science"][0], None, b"broken"]})
    first, second, third = stamps.images["science"]
    assert first is not None and first.shape == (63, 63)
    assert second is None and third is None
