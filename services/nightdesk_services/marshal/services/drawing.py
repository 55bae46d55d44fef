"""A sheet of paper to draw figures on: text, smooth lines, and the file it becomes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, Literal

from PIL import Image, ImageDraw, ImageFont

FileType = Literal["pdf", "png"]
Point = tuple[float, float]
Colour = str | tuple[int, int, int] | tuple[int, int, int, int]

INK: Final = "#1b1f24"
FAINT: Final = "#68707a"
RULE: Final = "#c9ced4"
DPI: Final = 200
_FINE: Final = 3
"""Times that lines are drawn larger before they are made smooth."""
_KIND: Final[dict[str, str]] = {"pdf": "application/pdf", "png": "image/png"}


@lru_cache(maxsize=64)
def _font(size: int) -> Any:
    """Return the face that comes with Pillow, so that a figure looks the same on every machine."""
    return ImageFont.load_default(size)


class Sheet:
    """One page; places are in pixels from its upper left corner."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height), "white")
        self._pen = ImageDraw.Draw(self.image)

    def text(
        self,
        place: Point,
        words: str,
        size: int = 28,
        colour: Colour = INK,
        *,
        anchor: str = "ls",
        bold: bool = False,
        halo: bool = False,
    ) -> float:
        """Write a line and return its width; `anchor` is as Pillow has it: left end of the base line."""
        font = _font(size)
        thick = size / 64 if bold else 0.0
        words = "".join(letter if letter.isprintable() else " " for letter in words)
        if halo:
            self._pen.text(
                place,
                words,
                "white",
                font,
                anchor,
                stroke_width=thick + max(2, size // 9),
                stroke_fill="white",
            )
        self._pen.text(place, words, colour, font, anchor, stroke_width=thick, stroke_fill=colour)
        return float(font.getlength(words)) + 2 * thick

    def width_of(self, words: str, size: int) -> float:
        """Return the width of a line of text."""
        return float(_font(size).getlength(words))

    def cut(self, words: str, size: int, width: float) -> str:
        """Return words that fit into a width, with dots for what is left out."""
        if self.width_of(words, size) <= width:
            return words
        while words and self.width_of(f"{words}...", size) > width:
            words = words[:-1]
        return f"{words}..."

    def box(
        self, corners: tuple[float, float, float, float], fill: Colour | None = None, **more: Any
    ) -> None:
        """Draw a rectangle along the pixels."""
        self._pen.rectangle(corners, fill=fill, **more)

    def paste(self, image: Image.Image, place: tuple[int, int]) -> None:
        """Put a picture on the sheet."""
        self.image.paste(image, place)

    def lines(self, corners: tuple[int, int, int, int], strokes: Sequence[Stroke]) -> None:
        """Draw smooth strokes within a rectangle of the sheet; their places are those of the sheet."""
        left, top, right, bottom = corners
        size = (right - left, bottom - top)
        layer = Image.new("RGBA", (size[0] * _FINE, size[1] * _FINE), (255, 255, 255, 0))
        pen = ImageDraw.Draw(layer)
        for stroke in strokes:
            stroke.draw(pen, left, top)
        # premultiplied, so that edges do not take up the paper's white
        smooth = layer.convert("RGBa").reduce(_FINE).convert("RGBA")
        self.image.paste(smooth, (left, top), smooth)


class Stroke:
    """A line, a polygon or a circle to be drawn smoothly."""

    def __init__(
        self,
        points: Sequence[Point],
        colour: Colour,
        width: float = 2.0,
        *,
        form: Literal["line", "polygon", "circle"] = "line",
        radius: float = 0.0,
        fill: Colour | None = None,
    ) -> None:
        self._points = points
        self._colour = colour
        self._width = width
        self._form = form
        self._radius = radius
        self._fill = fill

    def draw(self, pen: ImageDraw.ImageDraw, left: float, top: float) -> None:
        """Draw it in a layer that is finer than the sheet."""
        points = [((x - left + 0.5) * _FINE, (y - top + 0.5) * _FINE) for x, y in self._points]
        width = max(1, round(self._width * _FINE))
        if self._form == "circle":
            pen.circle(points[0], self._radius * _FINE, fill=self._fill, outline=self._colour, width=width)
        elif self._form == "polygon":
            pen.polygon(points, fill=self._colour)
        else:
            pen.line(points, fill=self._colour, width=width, joint="curve")


def dashed(points: Sequence[Point], colour: Colour, width: float, on: float, off: float) -> list[Stroke]:
    """Return the dashes of a line through some points."""
    made: list[Stroke] = []
    left, drawing, part = on, True, [points[0]]
    for here, there in pairwise(points):
        length = ((there[0] - here[0]) ** 2 + (there[1] - here[1]) ** 2) ** 0.5
        done = 0.0
        while length - done > left:
            done += left
            place = (
                here[0] + (there[0] - here[0]) * done / length,
                here[1] + (there[1] - here[1]) * done / length,
            )
            if drawing:
                made.append(Stroke([*part, place], colour, width))
            part, drawing = [place], not drawing
            left = on if drawing else off
        left -= length - done
        part.append(there)
    if drawing and len(part) > 1:
        made.append(Stroke(part, colour, width))
    return made


def content_type(kind: str) -> str:
    """Return the media type of a file."""
    return _KIND[kind]


def saved(sheets: Sequence[Sheet], kind: FileType, title: str) -> bytes:
    """Return sheets as a PDF with a page for each, or as one PNG with all of them, one below the other."""
    out = io.BytesIO()
    if kind == "png":
        _stacked([sheet.image for sheet in sheets]).save(out, "PNG", dpi=(DPI, DPI))
        return out.getvalue()
    first, *rest = [sheet.image for sheet in sheets]
    first.save(
        out,
        "PDF",
        save_all=True,
        append_images=rest,
        resolution=DPI,
        quality=92,
        subsampling=0,
        title=title,
        producer="Nightdesk",
        creationDate=datetime.now(UTC).timetuple(),
    )
    return out.getvalue()


def _stacked(pages: Sequence[Image.Image]) -> Image.Image:
    if len(pages) == 1:
        return pages[0]
    whole = Image.new("RGB", (max(p.width for p in pages), sum(p.height for p in pages)), "white")
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height
    return whole
