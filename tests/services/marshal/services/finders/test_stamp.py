"""Cutouts as pieces of sky."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from nightdesk_services.marshal.services.finders.field import Plane, negative
from nightdesk_services.marshal.services.finders.stamp import Stamp, stamp
from nightdesk_services.marshal.services.finders.stars import Star

RA, DEC = 63.35, -47.18
TURN = np.radians(41.6)


def file(data: np.ndarray, header: fits.Header | None = None) -> bytes:
    """Return a FITS file."""
    out = io.BytesIO()
    fits.PrimaryHDU(data.astype(np.float32), header).writeto(out)
    return gzip.compress(out.getvalue())


def star_at(column: int, row: int, size: int = 63) -> np.ndarray:
    """Return an image with one star."""
    y, x = np.mgrid[:size, :size]
    noise = np.random.default_rng(1).normal(0, 1, (size, size))
    return 500 * np.exp(-((x - column) ** 2 + (y - row) ** 2) / 4) + noise


def brightest(found: Stamp, reach: float) -> tuple[float, float]:
    """Return east and north in arcsec of the tangent point where it is brightest."""
    grid = np.linspace(-reach, reach, 241)
    east, north = np.meshgrid(grid, grid)
    values = np.nan_to_num(found.at(east, north), nan=-1e9)
    at = np.unravel_index(int(values.argmax()), values.shape)
    return float(east[at]), float(north[at])


def test_ztfs_rows_go_south() -> None:
    found = stamp(file(star_at(41, 21)), "ZTF", RA, DEC)
    assert found is not None
    # ten columns right of the middle and ten rows below it: west, and north
    assert brightest(found, 30) == pytest.approx((-10.1, 10.1), abs=0.5)
    assert found.side == pytest.approx(63 * 1.01, rel=1e-6)


@pytest.mark.parametrize("form", ["CD", "PC"])
def test_a_turned_image_is_turned_back(form: str) -> None:
    scale = 0.2 / 3600
    matrix = scale * np.array([[-np.cos(TURN), np.sin(TURN)], [np.sin(TURN), np.cos(TURN)]])
    header = fits.Header({"CRVAL1": RA, "CRVAL2": DEC, "CRPIX1": 16.0, "CRPIX2": 15.0})
    for i in (1, 2):
        if form == "PC":
            header[f"CDELT{i}"] = 1.0
        for j in (1, 2):
            header[f"{form}{i}_{j}"] = matrix[i - 1, j - 1]
    found = stamp(file(star_at(22, 18, 30), header), "LSST", 0.0, 0.0)
    assert found is not None and (found.ra, found.dec) == (RA, DEC)
    assert found.side == pytest.approx(6.0, rel=1e-6)
    # the same by astropy, which needs to be told that it is a tangent plane
    wcs = WCS(naxis=2)
    wcs.wcs.crpix, wcs.wcs.crval, wcs.wcs.cd = [16.0, 15.0], [RA, DEC], matrix
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    ra, dec = wcs.all_pix2world([[22, 18]], 0)[0]
    wanted = (ra - RA) * np.cos(np.radians(DEC)) * 3600, (dec - DEC) * 3600
    assert brightest(found, 3) == pytest.approx(wanted, abs=0.06)


def test_what_is_no_image_or_of_unknown_size_is_none() -> None:
    assert stamp(b"no file", "ZTF", RA, DEC) is None
    assert stamp(file(np.full((5, 5), np.nan)), "ZTF", RA, DEC) is None
    assert stamp(file(star_at(9, 9)), "LSST", RA, DEC) is None
    assert stamp(file(star_at(9, 9)), "NEW", RA, DEC) is None


def test_a_field_has_north_up_and_east_left_for_stars_and_cutouts() -> None:
    plane = Plane(RA, DEC, 120.0, 480)
    east_of = Star("a", RA + 40 / 3600 / np.cos(np.radians(DEC)), DEC, 14.0)
    north_of = Star("b", RA, DEC + 50 / 3600, 14.0)
    found = stamp(file(star_at(41, 21)), "ZTF", RA, DEC)
    image = np.asarray(negative(plane, [east_of, north_of], found))
    assert image[240, 240 - 160] < 60, "to the left"
    assert image[240 - 200, 240] < 60, "above"
    assert image[240, 240 + 160] == 255
    # ten pixels of ZTF to the west and to the north, in place of the stars
    assert image[240 - 40, 240 + 40] < 60
    assert image[240 + 40, 240 - 40] > 150


def test_a_plane_agrees_with_the_tangent_projection() -> None:
    plane = Plane(RA, DEC, 600.0, 600)
    wcs = WCS(naxis=2)
    wcs.wcs.crpix, wcs.wcs.crval, wcs.wcs.ctype = [0.5, 0.5], [RA, DEC], ["RA---TAN", "DEC--TAN"]
    wcs.wcs.cdelt = [-1 / 3600, 1 / 3600]
    for ra, dec in ((RA + 0.05, DEC + 0.03), (RA - 0.09, DEC - 0.06)):
        x, y = wcs.all_world2pix([[ra, dec]], 0)[0] + 0.5
        assert plane.place(ra, dec) == pytest.approx((300 + x, 300 - y), abs=1e-6)
    assert plane.place(RA + 180, -DEC) is None
