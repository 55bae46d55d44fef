"""One catalogue on disk: a small description, and the arrays of its current version, memory-mapped."""

from __future__ import annotations

import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel

from nightdesk.crossmatch.matching import Floats, Integers, Matches, match

META: Final = "meta.json"
PIXELS: Final = "hpx12.npy"
POSITIONS: Final = "positions.npy"
ROWS: Final = "rows.npy"
COLUMNS: Final = "columns.arrow"

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
"""Form of a catalogue's name: it becomes part of column and field names."""


class Meta(BaseModel):
    """What is known of a catalogue; replaced as a whole when a catalogue is loaded again."""

    name: str
    version: str
    """Directory of the arrays, below the catalogue's own."""
    rows: int
    radius: float
    """Match radius in arcsec."""
    columns: list[str]
    """Columns that a match brings along, besides the position."""
    source: str
    """File it was loaded from."""
    loaded_at: datetime


class Catalogue:
    """A catalogue opened for matching; stays valid when the files are replaced under it.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.meta = Meta.model_validate_json((directory / META).read_bytes())
        here = directory / self.meta.version
        self._pixels: Integers = np.load(here / PIXELS, mmap_mode="r")
        self._positions: Floats = np.load(here / POSITIONS, mmap_mode="r")
        self._rows: Integers = np.load(here / ROWS, mmap_mode="r")
        self._columns: pa.Table = pa.ipc.open_file(pa.memory_map(str(here / COLUMNS))).read_all()

    @property
    def name(self) -> str:
        """Name under which matches are stored."""
        return self.meta.name

    @property
    def radius(self) -> float:
        """Match radius in arcsec."""
        return self.meta.radius

    def __len__(self) -> int:
        return len(self._pixels)

    def match(self, ra: npt.ArrayLike, dec: npt.ArrayLike, radius: float | None = None) -> Matches:
        """Return the rows near positions in degrees; ``radius`` in arcsec, by default the catalogue's."""
        return match(ra, dec, self._pixels, self._positions, radius or self.radius)

    def records(self, matches: Matches) -> list[dict[str, Any]]:
        """Return one record per match.

        Returns
        -------
        list
            ``{"_id": row in the loaded file, "ra", "dec", "distance_arcsec", ...columns}``; NaN becomes None.
        """
        near = np.asarray(self._positions[matches.index])
        columns = self._columns.take(pa.array(matches.index)).to_pylist()
        return [
            {
                "_id": row,
                "ra": ra,
                "dec": dec,
                "distance_arcsec": round(distance, 4),
                **{name: _plain(value) for name, value in extra.items()},
            }
            for row, (ra, dec), distance, extra in zip(
                self._rows[matches.index].tolist(),
                near.tolist(),
                matches.distance.tolist(),
                columns,
                strict=True,
            )
        ]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def catalogue_names(directory: Path) -> list[str]:
    """Return the names of the catalogues in a directory, sorted; none if it does not exist."""
    return sorted(path.parent.name for path in directory.glob(f"*/{META}"))
