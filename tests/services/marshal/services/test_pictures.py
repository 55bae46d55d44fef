"""Pictures that people send."""

from __future__ import annotations

import base64
import io
import struct
import zlib

import numpy as np
import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.pictures import picture
from PIL import Image


def encoded(image: Image.Image) -> str:
    """Return a picture as it is sent."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def grey(size: int = 32) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (size, size), dtype=np.uint8)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pixels_of_every_mode_stay(mode: str) -> None:
    source = Image.fromarray(grey()).convert("I;16" if mode == "I;16" else mode)
    made = picture(encoded(source))
    with Image.open(io.BytesIO(made.body)) as read:
        assert read.mode == mode
        np.testing.assert_array_equal(np.asarray(read.convert("RGB")), np.asarray(source.convert("RGB")))
    assert made.grayscale


def test_a_single_coloured_pixel_makes_it_a_colour_picture() -> None:
    pixels = np.repeat(grey()[:, :, None], 3, axis=2)
    assert picture(encoded(Image.fromarray(pixels))).grayscale
    pixels[5, 5] = (200, 20, 20)
    assert not picture(encoded(Image.fromarray(pixels))).grayscale


def test_a_browsers_data_address_is_taken_too() -> None:
    assert picture(f"data:image/png;base64,{encoded(Image.fromarray(grey()))}").body


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk(b"IDAT", b"not deflated")],
        [chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(80_000_000)))],
        [chunk(b"IDAT", zlib.compress(bytes(3)))],
        [],
    ],
)
def test_broken_and_swollen_files_are_refused(chunks: list[bytes]) -> None:
    head = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n" + b"".join([chunk(b"IHDR", head), *chunks, chunk(b"IEND", b"")])
    with pytest.raises(Invalid, match="no PNG that can be read"):
        picture(base64.b64encode(body).decode())


def test_a_size_that_is_only_claimed_is_refused_unread() -> None:
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    with pytest.raises(Invalid, match="data: "):
        picture(base64.b64encode(body).decode())
