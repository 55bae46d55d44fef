"""First measures of a light curve: how old, how bright, how far below its peak."""

from __future__ import annotations

import polars as pl

from nightdesk_services.broker.services.stages.base import Stage
from nightdesk_services.broker.services.work import Work


class Features(Stage):
    """Simple features of the detections in the alert's own band, brighter than the reference."""

    name = "features"
    inputs = ("jd", "band", "magpsf", "first_jd", "history.magpsf", "history.band", "history.isdiffpos")
    outputs = ("age_days", "peak_mag", "delta_mag")

    def run(self, work: Work) -> None:
        """Add days since the first detection, the brightest magnitude so far, and how far it is below."""
        alerts = work.frame.select("jd", "magpsf", "first_jd", own=pl.col("band")).with_row_index("row")
        lists = ("history.magpsf", "history.band", "history.isdiffpos")
        points = pl.concat([alerts.select("row", "own"), work.frame.select(lists)], how="horizontal").explode(
            lists
        )
        brightest = (
            points.filter((pl.col("history.band") == pl.col("own")) & pl.col("history.isdiffpos"))
            .group_by("row")
            .agg(pl.col("history.magpsf").min().alias("peak_mag"))
        )
        found = alerts.join(brightest, on="row", how="left", maintain_order="left")
        work.add(
            found.select(
                (pl.col("jd") - pl.col("first_jd")).alias("age_days"),
                pl.col("peak_mag").cast(pl.Float64),
                (pl.col("magpsf") - pl.col("peak_mag")).alias("delta_mag"),
            )
        )
