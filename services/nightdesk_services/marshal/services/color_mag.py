"""Colours and absolute magnitudes from what catalogues say, as annotations keep it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.models.sources import ColorMagQuery


def color_mag(annotations: Iterable[Document], query: ColorMagQuery | None = None) -> list[Document]:
    """Return a colour and an absolute magnitude for each annotation that tells both.

    Parallaxes are in milliarcseconds. Case and underscores of keys do not matter.
    """
    wanted = query or ColorMagQuery()
    made = []
    for one in annotations:
        if _bare(wanted.catalog) not in _bare(one.get("origin") or ""):
            continue
        data = {_bare(key): value for key, value in one["data"].items() if isinstance(value, (int, float))}
        color, magnitude = _color(data, wanted), _absolute(data, wanted)
        if color is not None and magnitude is not None:
            made.append({"origin": one["origin"], "color": color, "abs_mag": magnitude})
    return made


def _color(data: dict[str, float], wanted: ColorMagQuery) -> float | None:
    if wanted.color_key is not None:
        return data.get(_bare(wanted.color_key))
    blue, red = data.get(_bare(wanted.blue_mag_key)), data.get(_bare(wanted.red_mag_key))
    return None if blue is None or red is None else blue - red


def _absolute(data: dict[str, float], wanted: ColorMagQuery) -> float | None:
    if wanted.absolute_mag_key is not None:
        return data.get(_bare(wanted.absolute_mag_key))
    apparent, parallax = data.get(_bare(wanted.apparent_mag_key)), data.get(_bare(wanted.parallax_key))
    if apparent is None or parallax is None or parallax <= 0:
        return None
    # SkyPortal adds the absorption as the catalogue gives it
    return apparent + 5 * math.log10(parallax / 100) + data.get(_bare(wanted.absorption_key), 0.0)


def _bare(key: str) -> str:
    return key.replace("_", "").lower()
