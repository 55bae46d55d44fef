"""Cross-match of alerts against catalogues on disk: by angle, or by physical distance to galaxies."""

from __future__ import annotations

from nightdesk.crossmatch.catalogue import Catalogue, FormatError, Meta, catalogue_names, read_meta
from nightdesk.crossmatch.galaxies import Galaxies, in_ellipse, offset_kpc
from nightdesk.crossmatch.matching import Matches, match
from nightdesk.crossmatch.shelf import Shelf
from nightdesk.crossmatch.writing import remove_catalogue, write_catalogue

__all__ = [
    "Catalogue",
    "FormatError",
    "Galaxies",
    "Matches",
    "Meta",
    "Shelf",
    "catalogue_names",
    "in_ellipse",
    "match",
    "offset_kpc",
    "read_meta",
    "remove_catalogue",
    "write_catalogue",
]
