"""Cone cross-match of alerts against catalogues that lie on disk sorted by HEALPix pixel."""

from __future__ import annotations

from nightdesk.crossmatch.catalogue import Catalogue, Meta, catalogue_names
from nightdesk.crossmatch.matching import Matches, match
from nightdesk.crossmatch.shelf import Shelf
from nightdesk.crossmatch.writing import remove_catalogue, write_catalogue

__all__ = [
    "Catalogue",
    "Matches",
    "Meta",
    "Shelf",
    "catalogue_names",
    "match",
    "remove_catalogue",
    "write_catalogue",
]
