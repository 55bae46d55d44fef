"""A cutout as a piece of sky: what its pixels show at a place."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from nightdesk_services.marshal.services.images import unpacked

Floats = npt.NDArray[np.float64]

_PIXEL: Final = {"ZTF": 1.01}
"""Arcsec of a pixel of those surveys whose cutouts do not tell. ZTF's have east left and north down, as its
images (https://github.com/Caltech-IPAC/firefly/pull/824); ``xpos`` and ``ypos`` of its alerts agree."""


@dataclass(frozen=True)
class Stamp:
    """An image and the linear map from the tangent plane at `ra`, `dec` to its pixels."""

    pixels: Floats
    ra: float
    dec: float
    centre: tuple[float, float]
    """Column and row, from 0, of the tangent point."""
    matrix: Floats
    """Columns and rows an arcsec to the east and to the north, shape ``(2, 2)``."""
    title: str = "reference image"

    @property
    def side(self) -> float:
        """The length of its longer side in arcsec."""
        return float(max(self.pixels.shape)) / math.sqrt(abs(float(np.linalg.det(self.matrix))))

    def at(self, east: Floats, north: Floats) -> Floats:
        """Return its values at offsets from the tangent point in arcsec, NaN outside of it."""
        from scipy.ndimage import map_coordinates

        columns = self.centre[0] + self.matrix[0, 0] * east + self.matrix[0, 1] * north
        rows = self.centre[1] + self.matrix[1, 0] * east + self.matrix[1, 1] * north
        known = np.isfinite(self.pixels)
        filled = np.where(known, self.pixels, np.median(self.pixels[known]) if known.any() else 0.0)
        values: Floats = map_coordinates(filled, [rows, columns], order=1, mode="constant", cval=np.nan)
        inside = (
            (columns > -0.5)
            & (rows > -0.5)
            & (columns < self.pixels.shape[1] - 0.5)
            & (rows < self.pixels.shape[0] - 0.5)
        )
        return np.where(inside, values, np.nan)


def stamp(data: bytes, survey: str, ra: float, dec: float) -> Stamp | None:
    """Return a cutout, None if it holds no image or nothing tells how large it is on the sky.

    Parameters
    ----------
    data
        FITS file, gzipped or not.
    ra, dec
        What its middle shows if its header does not tell; ICRS, degrees.
    """
    from astropy.io import fits

    try:
        with fits.open(io.BytesIO(unpacked(data)), memmap=False) as hdus:
            hdu = next(one for one in hdus if one.is_image and one.data is not None and one.data.ndim == 2)
            image, header = np.asarray(hdu.data, np.float64), dict(hdu.header)
    except (OSError, EOFError, ValueError, StopIteration):
        return None
    if not np.isfinite(image).any():
        return None
    mapped = _mapped(header)
    if mapped is not None:
        place, centre, matrix = mapped
        return Stamp(image, *place, centre, matrix)
    if survey not in _PIXEL:
        return None
    scale = 1 / _PIXEL[survey]
    middle = ((image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2)
    return Stamp(image, ra, dec, middle, np.array([[-scale, 0.0], [0.0, -scale]]))


def _mapped(header: dict[str, Any]) -> tuple[tuple[float, float], tuple[float, float], Floats] | None:
    """Return tangent point, its pixel from 0, and pixels an arcsec, of a header in degrees."""
    try:
        place = float(header["CRVAL1"]) % 360.0, float(header["CRVAL2"])
        centre = float(header["CRPIX1"]) - 1, float(header["CRPIX2"]) - 1
        degrees = np.array([[_cell(header, i, j) for j in (1, 2)] for i in (1, 2)]) * 3600.0
        matrix = np.asarray(np.linalg.inv(degrees), np.float64)
    except (KeyError, TypeError, ValueError, np.linalg.LinAlgError):
        return None
    if not (np.isfinite(matrix).all() and np.isfinite([*place, *centre]).all() and abs(place[1]) <= 90):
        return None
    return place, centre, matrix


def _cell(header: dict[str, Any], i: int, j: int) -> float:
    """Return an element of the matrix from pixels to degrees (Greisen and Calabretta 2002)."""
    if f"CD{i}_{j}" in header or f"CD{i}_{3 - j}" in header:
        return float(header.get(f"CD{i}_{j}", 0.0))
    return float(header.get(f"PC{i}_{j}", 1.0 if i == j else 0.0)) * float(header[f"CDELT{i}"])
