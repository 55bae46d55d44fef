"""From the columns of a batch to what the store is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl
from nightdesk.alerts import AlertDocuments, documents

from nightdesk_services.broker.models.objects import ObjectUpdate
from nightdesk_services.broker.services.filters import Passed
from nightdesk_services.broker.services.points import detections, keys, only_new
from nightdesk_services.broker.services.work import Work

Document = dict[str, Any]

_FEATURES = ("n_det", "first_jd", "age_days", "peak_mag", "delta_mag")
_PLACE = ("ra", "dec", "hpx12", "hpx6")
_CANDIDATE = (
    "objectId",
    "candid",
    "jd",
    *_PLACE,
    "band",
    "magpsf",
    "sigmapsf",
    "isdiffpos",
    "score",
    "n_det",
    "first_jd",
    "programid",
)


def alert_documents(work: Work) -> list[AlertDocuments]:
    """Return the documents of each alert; points of light curves only where they are new to the store."""
    batch = work.batch
    prv, fp = only_new(batch, work.known)
    made = documents(replace(batch, prv=prv, fp=fp))
    features = work.frame.select(n for n in _FEATURES if n in work.frame.columns).to_dicts()
    for document, values in zip(made, features, strict=True):
        document.alert["features"] = values
    return made


def object_updates(work: Work, made: Sequence[AlertDocuments]) -> list[ObjectUpdate]:
    """Return what the batch adds to each of its objects."""
    survey = work.batch.survey
    totals = (
        detections(work.batch, work.known)
        .group_by("objectId")
        .agg(n_det=pl.len(), first_jd=pl.col("jd").min(), last_jd=pl.col("jd").max())
    )
    summaries = {row.pop("objectId"): row for row in totals.to_dicts()}
    updates: dict[str, ObjectUpdate] = {}
    seen = {name: set(keys(one.prv, survey)) for name, one in work.known.items()}
    for i, (document, place) in enumerate(
        zip(made, work.frame.select("objectId", *_PLACE).iter_rows(named=True), strict=True)
    ):
        name = place.pop("objectId")
        known = work.known.get(name)
        update = updates.get(name)
        if update is None:
            place["coordinates"] = document.alert["coordinates"]
            update = updates[name] = ObjectUpdate(name, known, place, summary=summaries[name])
        # the own point of one alert may stand in the history of another
        have = seen.setdefault(name, set())
        for point, key in zip(document.prv_candidates, keys(document.prv_candidates, survey), strict=True):
            if key not in have:
                have.add(key)
                update.prv.append(point)
        update.fp += document.fp_hists
        for catalogue, found in work.matches.items():
            before = known.matches.get(catalogue) if known else None
            if before != [match["_id"] for match in found[i]]:
                update.matches[catalogue] = found[i]
    return list(updates.values())


def candidate_documents(work: Work, passed: Sequence[Passed]) -> list[Document]:
    """Return one candidate for each alert and filter that passed it."""
    now = datetime.now(UTC)
    survey = work.batch.survey.name
    made = []
    for one in passed:
        rows = work.frame[one.rows].select(_CANDIDATE).to_dicts()
        for row, values in zip(one.rows, rows, strict=True):
            nearest = {name: found[row][0] for name, found in work.matches.items() if found[row]}
            made.append(
                {
                    "_id": f"{survey}:{values['candid']}:{one.filter.id}",
                    "survey": survey,
                    **values,
                    "filter_id": one.filter.id,
                    "filter_version": one.filter.version,
                    "group_ids": [one.filter.group_id],
                    "stream_id": one.filter.stream_id,
                    "passed_at": now,
                    "xmatch": nearest,
                }
            )
    return made
