"""The three cutouts of an alert side by side, as HTML that needs nothing but the page it is on."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping

KINDS = {"science": "Science", "template": "Template", "difference": "Difference"}


class Cutouts:
    """Images of one alert; a notebook shows them as three panels.

    Parameters
    ----------
    images
        PNG bytes, or a URL, by kind (``science``, ``template``, ``difference``); None where there is none.
    title
        Shown above the panels.
    size
        Width and height of a panel, CSS pixels.
    """

    def __init__(self, images: Mapping[str, bytes | str | None], title: str = "", size: int = 180) -> None:
        self.images = dict(images)
        self.title = title
        self.size = size

    def __repr__(self) -> str:
        there = [kind for kind in KINDS if self.images.get(kind)]
        return f"<Cutouts {self.title}: {', '.join(there) or 'none'}>".replace(" :", ":")

    def _repr_html_(self) -> str:
        head = f'<div style="font-weight:600;margin-bottom:4px">{html.escape(self.title)}</div>'
        panels = "".join(self._panel(kind, name) for kind, name in KINDS.items())
        return f'<div>{head if self.title else ""}<div style="display:flex;gap:6px">{panels}</div></div>'

    def _panel(self, kind: str, name: str) -> str:
        image = self.images.get(kind)
        box = f"width:{self.size}px;height:{self.size}px;border-radius:3px"
        if image:
            # nearest-neighbour: a pixel of the detector stays a pixel
            shown = (
                f'<img src="{address(image)}" alt="{name} cutout" '
                f'style="{box};image-rendering:pixelated;display:block;margin:0">'
            )
        else:
            shown = (
                f'<div style="{box};display:flex;align-items:center;justify-content:center;'
                'border:1px dashed #8886;box-sizing:border-box;opacity:.6">none</div>'
            )
        caption = f'<figcaption style="font-size:11px;opacity:.7">{name}</figcaption>'
        return f'<figure style="margin:0">{shown}{caption}</figure>'


def cutouts(
    science: bytes | str | None = None,
    template: bytes | str | None = None,
    difference: bytes | str | None = None,
    title: str = "",
    size: int = 180,
) -> Cutouts:
    """Show the three cutouts of an alert.

    Parameters
    ----------
    science, template, difference
        PNG bytes or the URL of an image; None where the alert has none.
    title
        Shown above the panels.
    size
        Width and height of a panel, CSS pixels.
    """
    return Cutouts({"science": science, "template": template, "difference": difference}, title, size)


def address(image: bytes | str) -> str:
    """Return what goes into the ``src`` of an image, from PNG bytes or a URL."""
    if isinstance(image, str):
        return html.escape(image, quote=True)
    return "data:image/png;base64," + base64.b64encode(image).decode()
