"""Every detection of an object known when its alert was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl
from nightdesk.surveys import Survey

from nightdesk_services.broker.models.objects import KnownObject
from nightdesk_services.broker.services.points import detections
from nightdesk_services.broker.services.stages.base import Stage
from nightdesk_services.broker.services.work import Work

ReadHistory = Callable[[Survey, Iterable[str]], dict[str, KnownObject]]


class History(Stage):
    """Joins the stored light curve, the packet's own history and the alerts beside it in the batch.

    An alert sees detections up to its own time, never later ones, so that a replayed night gives what the
    live one gave.
    """

    name = "history"
    inputs = ("objectId", "jd", "candid")
    outputs = ("n_det", "first_jd", "history.jd", "history.magpsf", "history.band", "history.isdiffpos")

    def __init__(self, read: ReadHistory) -> None:
        self._read = read

    def run(self, work: Work) -> None:
        """Add the number of detections, the time of the first, and all of them as lists sorted by time."""
        work.known = self._read(work.batch.survey, work.frame["objectId"].to_list())
        points = detections(work.batch, work.known)
        alerts = work.frame.select("objectId", pl.col("jd").alias("now")).with_row_index("row")
        seen = (
            alerts.join(points, on="objectId", how="left")
            .filter(pl.col("jd") <= pl.col("now"))
            .sort("row", "jd")
            .group_by("row", maintain_order=True)
            .agg("jd", "magpsf", "band", "isdiffpos")
        )
        lists = alerts.select("row").join(seen, on="row", how="left", maintain_order="left")
        work.add(
            lists.select(
                pl.col("jd").list.len().fill_null(0).cast(pl.Int64).alias("n_det"),
                pl.col("jd").list.first().alias("first_jd"),
                pl.col("jd").alias("history.jd"),
                pl.col("magpsf").alias("history.magpsf"),
                pl.col("band").alias("history.band"),
                pl.col("isdiffpos").alias("history.isdiffpos"),
            )
        )
