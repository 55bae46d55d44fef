"""Writing a catalogue: sorted, beside the present one, and put in its place in one step."""

from __future__ import annotations

import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nightdesk.crossmatch.catalogue import (
    COLUMNS,
    DEC,
    DISTANCE,
    ELLIPSES,
    FORMAT,
    META,
    NAME,
    RA,
    REACH,
    ROWS,
    STARTS,
    Meta,
)
from nightdesk.crossmatch.galaxies import Galaxies
from nightdesk.crossmatch.matching import check_radius, layers


def write_catalogue(
    directory: Path,
    name: str,
    ra: npt.ArrayLike,
    dec: npt.ArrayLike,
    columns: pa.Table,
    *,
    radius: float = 2.0,
    source: str = "",
    galaxies: Galaxies | None = None,
) -> Meta:
    """Write a catalogue; readers see the former one or the new one, never a half.

    Parameters
    ----------
    directory
        Where all catalogues lie.
    name
        Letters, digits and ``_``; a catalogue of this name is replaced.
    ra, dec
        ICRS degrees, finite, shape ``(m,)``.
    columns
        What a match brings along, ``m`` rows.
    radius
        Match radius in arcsec.
    source
        Where the rows came from, for people.
    galaxies
        Distances and shapes of the rows, for a match by physical distance; it takes the place of ``radius``.

    Raises
    ------
    ValueError
        If the name or the radius will not do.
    """
    if not NAME.fullmatch(name):
        msg = f"catalogue name {name!r}: a letter, then letters, digits or _ (64 at most)"
        raise ValueError(msg)
    check_radius(radius)
    lon, lat = np.asarray(ra, np.float64) % 360.0, np.asarray(dec, np.float64)
    arrays: dict[str, npt.NDArray[np.float64] | None] = {RA: lon, DEC: lat}
    reach = np.full(len(lon), radius)
    if galaxies is not None:
        reach, ellipses = galaxies.radius(), galaxies.ellipses()
        arrays |= {DISTANCE: galaxies.believed(), REACH: reach, ELLIPSES: ellipses}
        if ellipses is not None:
            reach = np.maximum(reach, ellipses[:, 0])
    grouped, order, starts = layers(lon, lat, reach)
    version = uuid.uuid4().hex[:12]
    home = directory / name
    target = home / version
    target.mkdir(parents=True)
    for file, values in arrays.items():
        if values is not None:
            np.save(target / file, values[order])
    np.save(target / ROWS, order)
    np.save(target / STARTS, starts)
    with pa.OSFile(str(target / COLUMNS), "wb") as sink, pa.ipc.new_file(sink, columns.schema) as writer:
        writer.write_table(columns.take(pa.array(order)).combine_chunks())
    meta = Meta(
        name=name,
        version=version,
        format=FORMAT,
        rows=len(lon),
        radius=float(reach.max(initial=0.0)) if galaxies else radius,
        radius_kpc=galaxies.radius_kpc if galaxies else None,
        without_distance=int(np.isnan(galaxies.believed()).sum()) if galaxies else 0,
        layers=grouped,
        columns=columns.column_names,
        source=source,
        loaded_at=datetime.now(UTC),
    )
    part_file = home / f"{META}.{version}"
    part_file.write_text(meta.model_dump_json(indent=1))
    part_file.replace(home / META)
    for old in home.iterdir():
        if old.is_dir() and old.name != version:
            shutil.rmtree(old)
    return meta


def remove_catalogue(directory: Path, name: str) -> bool:
    """Remove a catalogue; return whether there was one."""
    meta = directory / name / META
    if not NAME.fullmatch(name) or not meta.is_file():
        return False
    meta.unlink()
    shutil.rmtree(directory / name)
    return True
