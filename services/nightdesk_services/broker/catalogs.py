"""Catalogues that alerts are matched with: load, list, remove. What the command line calls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from nightdesk.crossmatch import (
    FormatError,
    Meta,
    catalogue_names,
    read_meta,
    remove_catalogue,
    write_catalogue,
)
from nightdesk.settings import Settings

from nightdesk_services.broker.services.catalogues.checking import position
from nightdesk_services.broker.services.catalogues.galaxies import GalaxyColumns
from nightdesk_services.broker.services.catalogues.reading import read

__all__ = ["GalaxyColumns", "Meta", "list_catalogs", "load", "remove"]

log = logging.getLogger(__name__)


def load(
    settings: Settings,
    name: str,
    path: Path,
    ra: str,
    dec: str,
    *,
    columns: Sequence[str] | None = None,
    radius: float = 2.0,
    galaxies: GalaxyColumns | None = None,
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
    galaxies
        Columns of distance and shape, for a match by physical distance; it takes the place of ``radius``.
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
    needed = [ra, dec, *(galaxies.names if galaxies else [])]
    table = read(Path(path), needed, columns)
    tell(1, 3)
    place = position(table, ra, dec)
    shapes = galaxies.read(table) if galaxies else None
    unasked = {ra, dec} if columns is None else set(needed) - set(columns)
    kept = table.drop_columns([name for name in table.column_names if name in unasked])
    tell(2, 3)
    meta = write_catalogue(
        settings.catalogs,
        name,
        *place,
        kept,
        radius=radius,
        source=str(Path(path).resolve()),
        galaxies=shapes,
    )
    tell(3, 3)
    return meta


def list_catalogs(settings: Settings) -> list[Meta]:
    """Return what is loaded, by name, without what another version of Nightdesk wrote."""
    found = []
    for name in catalogue_names(settings.catalogs):
        try:
            found.append(read_meta(settings.catalogs / name))
        except FormatError as error:
            log.warning("%s", error)
    return found


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
