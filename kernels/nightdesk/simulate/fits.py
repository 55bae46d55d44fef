"""FITS files as bytes: fixed headers, arrays appended; astropy would take a hundred times longer."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

BLOCK = 2880
Value = bool | int | float | str


def card(name: str, value: Value) -> bytes:
    """Format one 80-byte card of a header."""
    if isinstance(value, bool):
        text = f"{'T' if value else 'F':>20}"
    elif isinstance(value, str):
        text = f"'{value:<8}'"
    else:
        text = f"{value!r:>20}".upper()
    return f"{name:<8}= {text}".ljust(80).encode("ascii")


def header(cards: Mapping[str, Value]) -> bytes:
    """Format a header, padded to whole blocks."""
    return _pad(b"".join(card(*item) for item in cards.items()) + b"END".ljust(80), b" ")


def image(shape: tuple[int, int], bits: int, cards: Mapping[str, Value], extension: bool = False) -> bytes:
    """Return the header of an image of `shape` (rows, columns), `bits` as in BITPIX, with further cards."""
    first: dict[str, Value] = {"XTENSION": "IMAGE"} if extension else {"SIMPLE": True}
    first |= {"BITPIX": bits, "NAXIS": 2, "NAXIS1": shape[1], "NAXIS2": shape[0]}
    if extension:
        first |= {"PCOUNT": 0, "GCOUNT": 1}
    return header(first | dict(cards))


def extended(head: bytes, cards: Mapping[str, Value]) -> bytes:
    """Return a header of `image` with further cards."""
    end = head.rindex(b"END".ljust(80))
    return _pad(head[:end] + b"".join(card(*item) for item in cards.items()) + b"END".ljust(80), b" ")


def data(pixels: NDArray[np.floating]) -> bytes:
    """Return pixels as the big-endian bytes of a data unit, padded to whole blocks."""
    return _pad(pixels.astype(pixels.dtype.newbyteorder(">")).tobytes(), b"\0")


def gzipped(content: bytes) -> bytes:
    """Compress as gzip without a time stamp; noise has no repeats, so only runs are looked for."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31, 8, zlib.Z_RLE)
    return packer.compress(content) + packer.flush()


def _pad(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % BLOCK)
