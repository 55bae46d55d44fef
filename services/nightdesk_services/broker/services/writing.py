"""From the columns of a batch to what the store is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from nightdesk.alerts import AlertDocuments, documents

from nightdesk_services.broker.models.objects import NO_KEYS, Keys, KnownObject, ObjectUpdate
from nightdesk_services.broker.services.filters import Passed
from nightdesk_services.broker.services.points import Curves, News, curves, news
from nightdesk_services.broker.services.work import Work
from nightdesk_services.common.raw.rows import document as document_of
from nightdesk_services.common.raw.rows import lists

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


def written(work: Work) -> tuple[News, list[AlertDocuments], list[ObjectUpdate]]:
    """Return what is new, the documents of each alert, and its objects as they are after the batch.

    Of light curves only those points are there that are new to the store.
    """
    found = work.curves or curves(work.batch, work.known)
    new = news(work.batch, work.known, found)
    made = documents(work.batch, history=False)
    features = work.frame.select(n for n in _FEATURES if n in work.frame.columns).to_dicts()
    for document, values in zip(made, features, strict=True):
        document.alert["features"] = values
    for name, contents in work.documents.items():
        for document, content in zip(made, contents, strict=True):
            document.alert[name] = content
    return new, made, _updates(work, found, new, made)


def _updates(work: Work, found: Curves, new: News, made: Sequence[AlertDocuments]) -> list[ObjectUpdate]:
    first = np.unique(found.owner, return_index=True)[1]
    places = work.frame.select(_PLACE)[first].to_dicts()
    added = _added(found, new, made)
    updates = []
    for i, (name, row) in enumerate(zip(found.names, first.tolist(), strict=True)):
        known = work.known.get(name)
        detections = found.of(i)
        updates.append(
            ObjectUpdate(
                object_id=name,
                known=known,
                place=known.place if known else places[i] | {"coordinates": made[row].alert["coordinates"]},
                detections=detections,
                limits=_joined(known.limits if known else NO_KEYS, new.limits[i]),
                forced=_joined(known.forced if known else NO_KEYS, new.forced[i]),
                summary={
                    "n_det": len(detections),
                    "first_jd": float(detections["jd"][0]),
                    "last_jd": float(detections["jd"][-1]),
                },
                matches=_matches(work, known, row),
                added=added[i],
            )
        )
    return updates


def _added(found: Curves, new: News, made: Sequence[AlertDocuments]) -> list[bytes]:
    """Return the points of each object that are new: those of histories, and its alerts' own last.

    `news` has left each point in one alert of the batch.
    """
    order = np.argsort(found.owner, kind="stable")
    apart = np.array_equal(order, np.arange(len(order)))
    own: list[list[Document]] = [[] for _ in found.names]
    for owner, document in zip(found.owner.tolist(), made, strict=True):
        own[owner] += document.prv_candidates
    prv, fp = (
        lists(
            (table if apart else table.take(order)).values,
            np.bincount(found.owner, table.lengths).astype(np.int64),
            more,
        )
        for table, more in ((new.prv, own), (new.fp, [[]] * len(own)))
    )
    return [
        document_of({"prv_candidates": one, "fp_hists": other}) for one, other in zip(prv, fp, strict=True)
    ]


def _joined(before: Keys, new: Keys) -> Keys:
    return np.concatenate([before, new]) if len(new) else before


def _matches(work: Work, known: KnownObject | None, row: int) -> dict[str, list[Document]]:
    """Return the matches of all catalogues; those stored, where the same objects match."""
    found = {catalogue: matches[row] for catalogue, matches in work.matches.items()}
    before = known.matches if known else {}
    same = {name for name, old in before.items() if _ids(found.get(name, old)) == _ids(old)}
    return before | {name: matches for name, matches in found.items() if name not in same}


def _ids(matches: Sequence[Document]) -> list[Any]:
    return [match["_id"] for match in matches]


def candidate_documents(work: Work, passed: Sequence[Passed]) -> list[Document]:
    """Return one candidate for each alert and filter that passed it."""
    now = datetime.now(UTC)
    survey = work.batch.survey.name
    made = []
    for one in passed:
        rows = one.frame[one.rows].select(n for n in _CANDIDATE if n in one.frame.columns).to_dicts()
        said = one.annotations or [{}] * len(rows)
        for row, values, remarks in zip(one.rows, rows, said, strict=True):
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
                    "annotations": remarks,
                }
            )
    return made
