"""Cutouts as pictures."""

from __future__ import annotations

import gzip
import io
from typing import Literal

import numpy as np
import numpy.typing as npt
from nightdesk.ml.errors import StampError
from nightdesk.ml.stamps import read
from PIL import Image

from nightdesk_services.marshal.services.grey import grey

_GZIP = b"\x1f\x8b"


def unpacked(data: bytes) -> bytes:
    """Return a FITS file that may have come gzipped."""
    return gzip.decompress(data) if data.startswith(_GZIP) else data


def pixels(data: bytes) -> npt.NDArray[np.float64]:
    """Return the first image of a FITS file.

    Raises
    ------
    ValueError
        If it holds no image.
    """
    try:
        return read(data).astype(np.float64)
    except StampError:
        return _by_astropy(data)


def _by_astropy(data: bytes) -> npt.NDArray[np.float64]:
    """Return the first image of a file that is not as plain as those of surveys."""
    from astropy.io import fits

    try:
        with fits.open(io.BytesIO(unpacked(data)), memmap=False, lazy_load_hdus=True) as hdus:
            for hdu in hdus:
                if hdu.is_image and hdu.data is not None and hdu.data.ndim == 2:
                    return np.asarray(hdu.data, dtype=np.float64)
    except (OSError, EOFError) as error:
        msg = f"this cutout cannot be read: {error}"
        raise ValueError(msg) from error
    msg = "this cutout holds no image"
    raise ValueError(msg)


def png(
    data: bytes,
    stretch: str = "asinh",
    size: int | None = None,
    first_row: Literal["south", "north"] = "south",
) -> bytes:
    """Return a grey picture of a cutout, cut at zscale's limits; pixels without value are black.

    Parameters
    ----------
    first_row
        Which side of the sky the first row of the file shows; north is drawn up.
    """
    shades = grey(pixels(data), stretch)
    picture = Image.fromarray(shades if first_row == "north" else shades[::-1])
    if size is not None:
        edges = _fitted(picture.size, size)
        picture = picture.resize(edges, Image.Resampling.NEAREST)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _fitted(edges: tuple[int, int], size: int) -> tuple[int, int]:
    scale = size / max(edges)
    return max(1, round(edges[0] * scale)), max(1, round(edges[1] * scale))
