"""Catalogues that alerts are matched with: load, list, remove. What the command line calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from nightdesk.crossmatch import Catalogue, Meta, catalogue_names, remove_catalogue, write_catalogue
from nightdesk.settings import Settings

from nightdesk_services.broker.services.catalogues.checking import position
from nightdesk_services.broker.services.catalogues.reading import read

__all__ = ["Meta", "list_catalogs", "load", "remove"]


def load(
    settings: Settings,
    name: str,
    path: Path,
    ra: str,
    dec: str,
    *,
    columns: Sequence[str] | None = None,
    radius: float = 2.0,
    progress: Callable[[int, int], None] | None = None,
) -> Meta:
    """Load a catalogue, or replace it; workers take it up by themselves.

    Parameters
    ----------
    name
        Letters, digits and ``_``; filters see the nearest match as ``xmatch.<name>.distance``.
    path
        Parquet, FITS, VOTable or CSV file (the latter three perhaps gzipped).
    ra, dec
        Columns of the ICRS position, in degrees or sexagesimal (hours and degrees).
    columns
        What a match brings along; None: all columns that hold one value a row.
    radius
        Match radius in arcsec.
    progress
        Called with steps done and steps in all.

    Raises
    ------
    ValueError
        The file cannot be used; the message names the column or the row. A former catalogue stays in use.
    OSError
        The file cannot be read.
    """
    tell = progress or (lambda _done, _total: None)
    tell(0, 3)
    table = read(Path(path), (ra, dec), columns)
    tell(1, 3)
    place = position(table, ra, dec)
    kept = table.drop_columns([c for c in {ra, dec} if columns is None or c not in columns])
    tell(2, 3)
    meta = write_catalogue(
        settings.catalogs, name, *place, kept, radius=radius, source=str(Path(path).resolve())
    )
    tell(3, 3)
    return meta


def list_catalogs(settings: Settings) -> list[Meta]:
    """Return what is loaded, by name."""
    return [Catalogue(settings.catalogs / name).meta for name in catalogue_names(settings.catalogs)]


def remove(settings: Settings, name: str) -> None:
    """Remove a catalogue; matches that were made stay.

    Raises
    ------
    LookupError
        There is none of that name.
    """
    if not remove_catalogue(settings.catalogs, name):
        there = ", ".join(catalogue_names(settings.catalogs)) or "none is loaded"
        msg = f"no catalogue {name!r}: {there}"
        raise LookupError(msg)
