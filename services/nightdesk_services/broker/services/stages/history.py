"""Every detection of an object known when its alert was made."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import polars as pl
import pyarrow as pa

from nightdesk_services.broker.services.points import Ints, Mask, curves
from nightdesk_services.broker.services.stages.base import Stage
from nightdesk_services.broker.services.work import Work
from nightdesk_services.common.packed import PUBLIC

_LISTS = {
    "jd": "jd",
    "magpsf": "mag",
    "sigmapsf": "magerr",
    "flux_ujy": "flux",
    "fluxerr_ujy": "fluxerr",
}


class History(Stage):
    """Joins the stored light curve, the packet's own history and the alerts beside it in the batch.

    An alert sees detections up to its own time, never later ones, so that a replayed night gives what the
    live one gave; and of those the ones that `Work.programs` says.
    """

    name = "history"
    inputs = ("objectId", "jd", "candid")
    outputs: ClassVar = (
        "n_det",
        "first_jd",
        *(f"history.{name}" for name in _LISTS),
        "history.band",
        "history.isdiffpos",
    )

    def run(self, work: Work) -> None:
        """Add the number of detections, the time of the first, and all of them as lists sorted by time."""
        found = work.curves = work.curves or curves(work.batch, work.known)
        sizes = np.diff(found.offsets)[found.owner]
        ends = np.cumsum(sizes)
        row = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
            found.offsets[found.owner] - ends + sizes, sizes
        )
        alert = np.repeat(np.arange(len(sizes)), sizes)
        known_then = found.points["jd"][row] <= work.frame["jd"].to_numpy()[alert]
        known_then &= _seen(work, found.points["programid"][row], alert)
        points, lengths = found.points[row[known_then]], np.bincount(alert[known_then], minlength=len(sizes))
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        bands = pl.Series(points["band"].astype("U4"), dtype=pl.String)
        lists = {f"history.{name}": pa.array(points[field]) for name, field in _LISTS.items()}
        lists["history.band"] = bands.replace("", None).to_arrow()
        lists["history.isdiffpos"] = pa.array(points["flux"] > 0)
        columns = [
            pl.Series(name, pa.LargeListArray.from_arrays(offsets, values)) for name, values in lists.items()
        ]
        frame = pl.DataFrame(columns).with_columns(
            pl.col(pl.List(pl.Float64)).list.eval(pl.element().fill_nan(None))
        )
        work.add(
            frame.with_columns(
                pl.Series("n_det", lengths, pl.Int64), pl.col("history.jd").list.first().alias("first_jd")
            )
        )


def _seen(work: Work, programs: Ints, alert: Ints) -> Mask:
    """Return which points, of these programs and joined with these alerts, are seen."""
    if work.programs is not None:
        return np.isin(programs, list(work.programs))
    own: Ints = work.frame["programid"].fill_null(PUBLIC).to_numpy()
    seen: Mask = (programs == PUBLIC) | (programs == own[alert])
    return seen
