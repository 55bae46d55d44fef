"""One catalogue on disk: a small description, and the arrays of its current version, memory-mapped.

Every worker maps the same files, so that their memory is shared: a catalogue is in memory once a machine.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel, ValidationError

from nightdesk.crossmatch.galaxies import in_ellipse, offset_kpc
from nightdesk.crossmatch.matching import Layer, Matches, match
from nightdesk.crossmatch.zones import Floats, Integers

META: Final = "meta.json"
RA: Final = "ra.npy"
DEC: Final = "dec.npy"
STARTS: Final = "starts.npy"
ROWS: Final = "rows.npy"
DISTANCE: Final = "distance.npy"
REACH: Final = "reach.npy"
ELLIPSES: Final = "ellipses.npy"
COLUMNS: Final = "columns.arrow"
FORMAT: Final = 2
"""Of the files; one that was written in another format has to be loaded again."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
"""Form of a catalogue's name: it becomes part of column and field names."""


class FormatError(ValueError):
    """A catalogue that an older or newer Nightdesk wrote."""


class Meta(BaseModel):
    """What is known of a catalogue; replaced as a whole when a catalogue is loaded again."""

    name: str
    version: str
    """Directory of the arrays, below the catalogue's own."""
    format: int
    rows: int
    radius: float
    """Match radius in arcsec; with distances, the largest there is."""
    radius_kpc: float | None = None
    """Physical match radius in kpc; None: the catalogue is matched by angle."""
    without_distance: int = 0
    """Rows of which no distance is known, or none that is believed."""
    columns: list[str]
    """Columns that a match brings along, besides the position."""
    source: str
    """File it was loaded from."""
    loaded_at: datetime
    layers: list[Layer]


def read_meta(directory: Path) -> Meta:
    """Return the description of the catalogue in a directory.

    Raises
    ------
    FileNotFoundError
        If there is none.
    FormatError
        If it was written in another format.
    """
    try:
        meta = Meta.model_validate_json((directory / META).read_bytes())
    except ValidationError as error:
        msg = f"catalogue {directory.name} was written by another version of Nightdesk: load it again"
        raise FormatError(msg) from error
    if meta.format != FORMAT:
        msg = f"catalogue {directory.name} is of format {meta.format}, not {FORMAT}: load it again"
        raise FormatError(msg)
    return meta


class Catalogue:
    """A catalogue opened for matching; stays valid when the files are replaced under it.

    Raises
    ------
    FileNotFoundError
        If there is none.
    FormatError
        If it was written in another format.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.meta = read_meta(directory)
        here = directory / self.meta.version
        self._place: tuple[Floats, Floats] = (_mapped(here / RA), _mapped(here / DEC))
        self._index: tuple[list[Layer], Integers] = (self.meta.layers, _mapped(here / STARTS))
        self._rows: Integers = _mapped(here / ROWS)
        self._distance: Floats | None = _mapped(here / DISTANCE) if self.physical else None
        self._reach: Floats | None = _mapped(here / REACH) if self.physical else None
        self._ellipses: Floats | None = _mapped(here / ELLIPSES) if (here / ELLIPSES).is_file() else None
        self.columns: pa.Table = pa.ipc.open_file(pa.memory_map(str(here / COLUMNS))).read_all()
        """What a match brings along, in the order of the rows on disk."""

    @property
    def name(self) -> str:
        """Name under which matches are stored."""
        return self.meta.name

    @property
    def radius(self) -> float:
        """Match radius in arcsec; with distances, the largest there is."""
        return self.meta.radius

    @property
    def physical(self) -> bool:
        """Whether it is matched by physical distance."""
        return self.meta.radius_kpc is not None

    def __len__(self) -> int:
        return len(self._rows)

    def match(self, ra: npt.ArrayLike, dec: npt.ArrayLike, radius: float | None = None) -> Matches:
        """Return the rows near positions.

        Parameters
        ----------
        ra, dec
            ICRS degrees, shape ``(n,)``.
        radius
            In arcsec; by default the catalogue's own: for one with distances, the physical radius at the
            distance of each galaxy, or its ellipse, whichever holds the position.
        """
        found = match(ra, dec, self._place, self._index, radius)
        if self._distance is None or self._reach is None:
            return found
        lon, lat = (np.atleast_1d(np.asarray(x, dtype=np.float64))[found.row] for x in (ra, dec))
        keep = found.distance <= self._reach[found.index]
        inside = None
        if self._ellipses is not None:
            centre = (self._place[0][found.index], self._place[1][found.index])
            inside = in_ellipse(lon, lat, *centre, self._ellipses[found.index])
            keep |= inside
        if radius is not None:
            keep[:] = True
        row, index, distance = found.row[keep], found.index[keep], found.distance[keep]
        kpc = offset_kpc(distance, self._distance[index])
        return Matches(row, index, distance, kpc, None if inside is None else inside[keep])

    def records(self, matches: Matches) -> list[dict[str, Any]]:
        """Return one record per match.

        Returns
        -------
        list
            ``{"_id": row in the loaded file, "ra", "dec", "distance_arcsec", ...columns}``, with
            ``distance_kpc`` (None if the distance is unknown) for a catalogue with distances and
            ``in_ellipse`` for one with shapes; NaN becomes None.
        """
        parts: dict[str, list[Any]] = {
            "_id": self._rows[matches.index].tolist(),
            "ra": self._place[0][matches.index].tolist(),
            "dec": self._place[1][matches.index].tolist(),
            "distance_arcsec": np.round(matches.distance, 4).tolist(),
        }
        if matches.kpc is not None:
            parts["distance_kpc"] = np.round(matches.kpc, 4).tolist()
        if matches.inside is not None:
            parts["in_ellipse"] = matches.inside.tolist()
        parts |= self.columns.take(pa.array(matches.index)).to_pydict()
        names = list(parts)
        return [
            {name: _plain(value) for name, value in zip(names, values, strict=True)}
            for values in zip(*parts.values(), strict=True)
        ]


def _mapped(path: Path) -> Any:
    # a plain array over the map: indexing it costs no Python of numpy.memmap
    return np.load(path, mmap_mode="r").view(np.ndarray)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def catalogue_names(directory: Path) -> list[str]:
    """Return the names of the catalogues in a directory, sorted; none if it does not exist."""
    return sorted(path.parent.name for path in directory.glob(f"*/{META}"))
