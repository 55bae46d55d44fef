"""Colours and markers of the bands: told apart by shape as well, so that colour alone never decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours of everything that is not data; the background stays transparent."""

    text: str
    faint: str
    grid: str
    edge: str


INKS: dict[Theme, Ink] = {
    "light": Ink(text="#3a3f45", faint="#6b7178", grid="#e3e6ea", edge="#ffffff"),
    "dark": Ink(text="#d5d9de", faint="#9aa1a9", grid="#33383f", edge="#111418"),
}

BANDS: dict[str, tuple[str, str, str]] = {
    # band: marker, colour on light, colour on dark
    "u": ("hex", "#7446d1", "#b9a1ff"),
    "g": ("circle", "#00876c", "#2fd6a8"),
    "r": ("square", "#c8370a", "#ff8a5c"),
    "i": ("diamond", "#a87000", "#f4c04e"),
    "z": ("triangle", "#b5287a", "#ff8fd0"),
    "y": ("star", "#5f4b3c", "#cdb8a3"),
}
_OTHER = ("plus", "#5a6470", "#aab3bd")


def band_of(name: str) -> str:
    """Return the band letter of a filter's name, such as ``g`` of ``ztfg`` or ``lsstg``."""
    letter = name[-1:].lower()
    return letter if letter in BANDS else name


def label_of(name: str) -> str:
    """Return a filter's name as a person reads it, such as ``ZTF g`` for ``ztfg``."""
    band = band_of(name)
    survey = name[: -len(band)].rstrip(":_- ")
    return f"{survey.upper()} {band}".strip() if band in BANDS else name


def marker(name: str) -> str:
    """Return the Bokeh marker of a filter's detections."""
    return BANDS.get(band_of(name), _OTHER)[0]


def colour(name: str, theme: Theme = "light") -> str:
    """Return the colour of a filter on a light or dark background, as ``#rrggbb``."""
    return BANDS.get(band_of(name), _OTHER)[2 if theme == "dark" else 1]


def order(name: str) -> tuple[int, str]:
    """Return a key that sorts filters by wavelength, then by survey."""
    bands = list(BANDS)
    band = band_of(name)
    return (bands.index(band) if band in bands else len(bands), name)
