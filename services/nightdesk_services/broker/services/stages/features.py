"""Measures of a light curve: how old, how bright, how fast, of which colour."""

from __future__ import annotations

import polars as pl
from nightdesk.features import LightCurves, PeriodSearch, features

from nightdesk_services.broker.services.stages.base import Stage
from nightdesk_services.broker.services.work import Work

_LISTS = ("jd", "magpsf", "sigmapsf", "flux_ujy", "fluxerr_ujy", "band", "isdiffpos")


class Features(Stage):
    """Features of everything that was detected up to the alert, in each band and across bands.

    Parameters
    ----------
    periods
        Also search for periods in bands with enough detections; None: do not, for it costs milliseconds.
    """

    name = "features"
    inputs = ("jd", "band", "magpsf", "first_jd", *(f"history.{name}" for name in _LISTS))
    outputs = ("age_days", "peak_mag", "delta_mag", "features.*")

    def __init__(self, periods: PeriodSearch | None = None) -> None:
        self._periods = periods

    def run(self, work: Work) -> None:
        """Add the features.

        ``age_days`` are the days since the first detection, ``peak_mag`` the brightest magnitude in the
        alert's own band, ``delta_mag`` how far the alert is below it; ``features.<band>.<name>`` and
        ``features.<name>`` are those of `nightdesk.features.features`.
        """
        bands = work.batch.survey.bands
        found = features(LightCurves.from_lists(work.frame, bands), self._periods)
        peak = pl.coalesce(pl.lit(None), *(_where(band, found) for band in bands))
        frame = work.frame.select("jd", "band", "magpsf", "first_jd")
        own = frame.select(
            age_days=pl.col("jd") - pl.col("first_jd"), peak_mag=peak.cast(pl.Float64)
        ).with_columns(delta_mag=frame["magpsf"] - pl.col("peak_mag"))
        work.add(pl.concat([own, found.rename(lambda name: f"features.{name}")], how="horizontal"))


def _where(band: str, found: pl.DataFrame) -> pl.Expr:
    return pl.when(pl.col("band") == band).then(pl.lit(found[f"{band}.peak_mag"]))
