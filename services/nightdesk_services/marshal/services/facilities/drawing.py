"""Charts as pictures: axes, lines and bars, as PNG or as a page of PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image, ImageDraw, ImageFont

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""
Format = Literal["png", "pdf"]

INK: Final = "#222222"
GRID: Final = "#dddddd"
COLOURS: Final = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
    *("#7f3c8d", "#80ba5a", "#a5aa99", "#11a579"),
)
"""Told apart also by who sees few colours (Okabe and Ito), and some more."""
_DPI: Final = 150


@dataclass(frozen=True)
class File:
    """What is sent to be kept."""

    name: str
    mime: str
    content: bytes


def colour(index: int) -> str:
    """Return the colour of the nth of several things."""
    return COLOURS[index % len(COLOURS)]


class Picture:
    """A white sheet."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("RGB", (width, height), "white")
        self.draw = ImageDraw.Draw(self._image)

    def text(
        self, x: float, y: float, words: str, *, size: int = 20, anchor: str = "la", fill: str = INK
    ) -> None:
        """Write a line; `anchor` is Pillow's, as ``mm`` for the middle."""
        self.draw.text((x, y), words, fill=fill, font=ImageFont.load_default(size), anchor=anchor)

    def upright(self, x: float, y: float, words: str, *, size: int = 20) -> None:
        """Write a line from bottom to top, its middle at a place."""
        font = ImageFont.load_default(size)
        left, top, right, bottom = font.getbbox(words)
        strip = Image.new("RGB", (int(right - left) + 4, int(bottom - top) + 8), "white")
        ImageDraw.Draw(strip).text((2 - left, 4 - top), words, fill=INK, font=font)
        turned = strip.rotate(90, expand=True)
        self._image.paste(turned, (int(x - turned.width / 2), int(y - turned.height / 2)))

    def encode(self, form: Format) -> bytes:
        """Return the sheet as a file."""
        out = io.BytesIO()
        if form == "pdf":
            self._image.save(out, "PDF", resolution=_DPI)
        else:
            self._image.save(out, "PNG", dpi=(_DPI, _DPI))
        return out.getvalue()


@dataclass(frozen=True)
class Axes:
    """A box on a sheet with a scale on each side."""

    picture: Picture
    box: Box
    x: tuple[float, float]
    """Value at the left and at the right."""
    y: tuple[float, float]
    """Value at the bottom and at the top; the larger may be at the bottom."""

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where values lie, in pixels."""
        left, top, right, bottom = self.box
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return left + across * (right - left), bottom - up * (bottom - top)

    def frame(
        self,
        x_ticks: Sequence[tuple[float, str]],
        y_ticks: Sequence[tuple[float, str]],
        *,
        title: str = "",
        y_label: str = "",
    ) -> None:
        """Draw the box, its scales and what it is called."""
        left, top, right, bottom = self.box
        sheet = self.picture
        for value, words in y_ticks:
            _, y = self.at(self.x[0], value)
            sheet.draw.line([(left, y), (right, y)], fill=GRID, width=1)
            sheet.text(left - 8, y, words, size=17, anchor="rm")
        for value, words in x_ticks:
            x, _ = self.at(value, self.y[0])
            sheet.draw.line([(x, bottom), (x, bottom + 6)], fill=INK, width=2)
            sheet.text(x, bottom + 10, words, size=17, anchor="ma")
        sheet.draw.rectangle(self.box, outline=INK, width=2)
        if title:
            sheet.text((left + right) / 2, top - 8, title, size=21, anchor="md")
        if y_label:
            sheet.upright(left - 68, (top + bottom) / 2, y_label, size=18)

    def line(self, points: Sequence[tuple[float, float]], fill: str, width: int = 2) -> None:
        """Draw a line through values."""
        if len(points) > 1:
            self.picture.draw.line([self.at(x, y) for x, y in points], fill=fill, width=width)

    def span(self, x0: float, x1: float, fill: str) -> None:
        """Shade a part from bottom to top."""
        _, top, _, bottom = self.box
        (left, _), (right, _) = self.at(x0, self.y[0]), self.at(x1, self.y[0])
        self.picture.draw.rectangle((left, top, right, bottom), fill=fill)

    def bar(self, x0: float, x1: float, height: float, fill: str) -> None:
        """Draw a bar from the bottom up."""
        left, top = self.at(x0, height)
        right, bottom = self.at(x1, self.y[0])
        self.picture.draw.rectangle((left, min(top, bottom), right, bottom), fill=fill)
