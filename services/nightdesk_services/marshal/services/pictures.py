"""Pictures that people send: what is taken, and how it is made harmless."""

from __future__ import annotations

import base64
import binascii
import io
import struct
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from nightdesk_services.marshal.exceptions import Invalid

SMALLEST: Final = 16
LARGEST: Final = 500
"""Pixels on a side."""
_MODES: Final = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
_BAD = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)
_GREY: Final = 3
"""Largest difference of two channels that still looks grey, of 255."""


@dataclass(frozen=True)
class Picture:
    """A PNG that was read and written anew."""

    body: bytes
    grayscale: bool


def picture(data: str) -> Picture:
    """Return a picture from Base64, written anew so that nothing but its pixels remains.

    Its size is looked at before a single pixel is unpacked.

    Raises
    ------
    Invalid
        If it is not Base64, no PNG, too large or too small, or broken.
    """
    encoded = data.partition(",")[2] if data.startswith("data:") else data
    try:
        body = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("data: it is not in Base64") from error
    try:
        with Image.open(io.BytesIO(body), formats=["PNG"]) as image:
            width, height = image.size
            if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
                raise Invalid(
                    f"data: a thumbnail has {SMALLEST} to {LARGEST} pixels on a side, not {width} x {height}"
                )
            image.load()
            plain = image.copy() if image.mode in _MODES else image.convert("RGBA")
    except Invalid:
        raise
    except _BAD as error:
        raise Invalid("data: it is no PNG that can be read") from error
    plain.info.clear()
    out = io.BytesIO()
    plain.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), _grey(plain))


def _grey(image: Image.Image) -> bool:
    if image.mode in ("1", "L", "LA", "I;16"):
        return True
    channels = np.asarray(image.convert("RGB"), dtype=np.int16)
    return bool((channels.max(axis=2) - channels.min(axis=2)).max() <= _GREY)
