"""Writing a catalogue: sorted, beside the present one, and put in its place in one step."""

from __future__ import annotations

import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nightdesk.crossmatch.catalogue import COLUMNS, META, NAME, PIXELS, POSITIONS, ROWS, Meta
from nightdesk.crossmatch.matching import order_for
from nightdesk.sky import FINE, pixel

_PIXEL_CHUNK = 500_000


def write_catalogue(
    directory: Path,
    name: str,
    ra: npt.ArrayLike,
    dec: npt.ArrayLike,
    columns: pa.Table,
    *,
    radius: float = 2.0,
    source: str = "",
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

    Raises
    ------
    ValueError
        If the name or the radius will not do.
    """
    if not NAME.fullmatch(name):
        msg = f"catalogue name {name!r}: a letter, then letters, digits or _ (64 at most)"
        raise ValueError(msg)
    order_for(radius)
    positions = np.column_stack([np.asarray(ra, np.float64) % 360.0, np.asarray(dec, np.float64)])
    pixels = np.empty(len(positions), np.int64)
    for start in range(0, len(positions), _PIXEL_CHUNK):
        part = slice(start, start + _PIXEL_CHUNK)
        pixels[part] = pixel(positions[part, 0], positions[part, 1], FINE)
    ranked = np.argsort(pixels, kind="stable")
    version = uuid.uuid4().hex[:12]
    home = directory / name
    target = home / version
    target.mkdir(parents=True)
    np.save(target / PIXELS, pixels[ranked])
    np.save(target / POSITIONS, positions[ranked])
    np.save(target / ROWS, ranked.astype(np.int64))
    with pa.OSFile(str(target / COLUMNS), "wb") as sink, pa.ipc.new_file(sink, columns.schema) as writer:
        writer.write_table(columns.take(pa.array(ranked)).combine_chunks())
    meta = Meta(
        name=name,
        version=version,
        rows=len(positions),
        radius=radius,
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
