"""The columns that every batch has, from those of the survey."""

from __future__ import annotations

import numpy as np
import polars as pl

from nightdesk import sky
from nightdesk.alerts.batch import STANDARD
from nightdesk.alerts.layout import SOURCE
from nightdesk.photometry import measure, utc
from nightdesk.surveys import Survey


def with_jd(frame: pl.DataFrame, survey: Survey, prefix: str) -> pl.DataFrame:
    """Add the UTC Julian date where the survey writes another time."""
    field = prefix + survey.time.field
    if field == f"{prefix}jd" or field not in frame.columns:
        return frame
    # points of one exposure are of one time: convert each once
    times, places = np.unique(frame[field].to_numpy(), return_inverse=True)
    _, jd = utc(times, survey.time)
    return frame.with_columns(pl.Series(f"{prefix}jd", jd[places], nan_to_null=True))


def standard(raw: pl.DataFrame, survey: Survey) -> pl.DataFrame:
    """Put the columns of `STANDARD` before the survey's own."""
    prefix = f"{SOURCE}."
    raw = with_jd(raw, survey, prefix)
    if raw.is_empty():
        return pl.DataFrame(schema=STANDARD).with_columns(raw.drop(STANDARD, strict=False).get_columns())
    seen = measure(raw, survey, "detection", prefix)
    ra, dec = (raw[c].cast(pl.Float64).to_numpy() for c in (survey.ra, survey.dec))
    scores: list[pl.Expr] = [
        pl.when(pl.col(c).is_between(0, 1)).then(pl.col(c)) for c in survey.score if c in raw.columns
    ]
    standard = raw.select(
        pl.col(survey.id).alias("candid"),
        pl.coalesce(_names(raw, survey)).alias("objectId"),
        seen["jd"],
        pl.Series("ra", ra),
        pl.Series("dec", dec),
        pl.Series("hpx12", sky.pixel(ra, dec, sky.FINE)),
        pl.Series("hpx6", sky.pixel(ra, dec, sky.COARSE)),
        seen["band"],
        seen["flux"].alias("flux_ujy"),
        seen["fluxerr"].alias("fluxerr_ujy"),
        seen["mag"].alias("magpsf"),
        seen["magerr"].alias("sigmapsf"),
        seen["isdiffpos"],
        seen["limiting_mag"].alias("limmag"),
        pl.coalesce(scores or [pl.lit(None)]).alias("score"),
        seen["programid"],
        _sso(raw, survey).alias("sso"),
    ).cast(STANDARD)  # type: ignore[arg-type]
    return standard.with_columns(raw.drop(STANDARD, strict=False).get_columns())


def _names(raw: pl.DataFrame, survey: Survey) -> list[pl.Expr]:
    there = [name for name in survey.object if name.field in raw.columns]
    return [pl.lit(n.prefix) + _identifier(raw, n.field, survey).cast(pl.String) for n in there]


def _identifier(raw: pl.DataFrame, column: str, survey: Survey) -> pl.Expr:
    value = pl.col(column)
    return (
        pl.when(value.is_in(survey.null_ids).not_()).then(value) if raw[column].dtype.is_integer() else value
    )


def _sso(raw: pl.DataFrame, survey: Survey) -> pl.Expr:
    rule = survey.sso
    known = [_identifier(raw, c, survey).is_not_null() for c in rule.ids if c in raw.columns]
    if rule.distance and rule.distance in raw.columns:
        known.append(pl.col(rule.distance).is_between(0, rule.within).fill_null(False))
    return pl.any_horizontal(known) if known else pl.lit(False)
