"""Stars of Gaia by their number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from nightdesk.crossmatch import Catalogue, Matches

from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.services.finders.stars import Star, gaia_catalogues, placed

_COLUMN = "source_id"


def star_of(catalogues: Sequence[Catalogue], release: str, number: str, time: datetime) -> Star:
    """Return a star of a release, where it is at a time.

    Parameters
    ----------
    release
        ``gaia_dr3`` or ``gaia_dr2``: their numbers differ.
    number
        Digits of its ``source_id``.

    Raises
    ------
    NotFound
        If the release is not loaded on this desk with its numbers, or has no such star.
    """
    second = release == "gaia_dr2"
    for catalogue in gaia_catalogues(catalogues):
        columns = {name.lower(): name for name in catalogue.columns.column_names}
        if ("dr2" in catalogue.name.lower()) is not second or _COLUMN not in columns:
            continue
        column = catalogue.columns.column(columns[_COLUMN])
        wanted: int | str = number
        if pa.types.is_integer(column.type):
            # none has more than 63 bits, so that a larger number is no star's
            wanted = min(int(number), 2**63 - 1)
        rows = pc.indices_nonzero(pc.equal(column, wanted))
        if len(rows):
            index = np.asarray(rows[:1].to_numpy(), np.int64)
            return placed(catalogue, Matches(np.zeros(1, np.int64), index, np.zeros(1)), time)[0]
        raise NotFound(f"catalog_id: {catalogue.name} on this desk has no star {number}")
    raise NotFound(
        f"location_type: no catalogue {release} with the column {_COLUMN} is loaded on this desk; an"
        f" administrator loads one with `nightdesk catalogs load {release} FILE --ra ra --dec dec`"
    )
