"""What 25 filters cost over one batch, against one."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from typing import Any

from nightdesk.alerts import decode
from nightdesk.filters import Bank, Expression
from nightdesk.filters.pipeline import Batch, Pipeline, run_all
from nightdesk.simulate import Night
from nightdesk.surveys import get

from tests.benchmarks.result import Result

TURNS = 30
ALERTS = 500
MANY = 25


def run() -> list[Result]:
    """Measure expressions of seven cuts, and pipelines of eight stages, over 500 alerts."""
    batch = decode([a.payload for a in islice(Night("ZTF", seed=4), ALERTS)], get("ZTF")).batch
    one, many = (Bank({i: Expression(_source(i)) for i in range(n)}) for n in (1, MANY))
    single, all_of_them = ([Pipeline(_stages(i)) for i in range(n)] for n in (1, MANY))
    return [
        _result(
            "filters.cost_25_over_1", lambda: one.evaluate(batch.frame), lambda: many.evaluate(batch.frame)
        ),
        _result(
            "filters.cost_25_over_1.pipelines",
            lambda: run_all(single, Batch.from_alerts(batch)),
            lambda: run_all(all_of_them, Batch.from_alerts(batch)),
        ),
    ]


def _result(name: str, one: Callable[[], object], many: Callable[[], object]) -> Result:
    best = [float("inf")] * 2
    for _ in range(TURNS):
        for i, evaluate in enumerate((one, many)):
            began = time.process_time()
            evaluate()
            best[i] = min(best[i], time.process_time() - began)
    return {
        "name": name,
        "value": best[1] / best[0],
        "unit": f"times the cost of one, {1e6 * best[1] / ALERTS:.1f} µs an alert",
        "reference": f"one filter, {1e6 * best[0] / ALERTS:.1f} µs an alert",
        "ratio": best[1] / best[0],
    }


def _source(number: int) -> str:
    return (
        f"score > {0.3 + number / 50} and isdiffpos and not sso and magpsf < {18 + number / 10} "
        f"and candidate.nbad == 0 and coalesce(candidate.sgscore1, 0) < {0.5 + number / 100} "
        f"and candidate.fwhm < {3 + number / 10}"
    )


def _stages(number: int) -> list[dict[str, Any]]:
    """Return a filter as teams have them: the template in front, own cuts, what all of them reckon alike."""
    since = {"$subtract": ["$candidate.jd", {"$min": "$prv_candidates.jd"}]}
    bright = [
        {"$and": [{"$lt": [f"$candidate.s{band}mag1", 15]}, {"$lt": ["$candidate.distpsnr1", 20]}]}
        for band in "griz"
    ]
    history = {
        "$filter": {
            "input": {"$arrayElemAt": ["$aux.prv_candidates", 0]},
            "as": "point",
            "cond": {
                "$and": [
                    {"$in": ["$$point.programid", [1]]},
                    {"$lt": [{"$subtract": ["$candidate.jd", "$$point.jd"]}, 100]},
                ]
            },
        }
    }
    return [
        {"$project": {"cutoutScience": 0, "cutoutTemplate": 0, "cutoutDifference": 0}},
        {"$lookup": {"from": "ZTF_alerts_aux", "localField": "objectId", "foreignField": "_id", "as": "aux"}},
        {"$project": {"objectId": 1, "candid": 1, "candidate": 1, "prv_candidates": history}},
        {
            "$match": {
                "candidate.drb": {"$gt": 0.5 + number / 100},
                "candidate.magpsf": {"$lt": 17 + number / 20},
                "candidate.isdiffpos": {"$in": ["1", "t"]},
                "candidate.nbad": 0,
            }
        },
        {"$addFields": {"age": since, "near_bright": {"$or": bright}}},
        {"$match": {"near_bright": False, "age": {"$lt": 20 + number}}},
        {
            "$addFields": {
                "annotations": {"age": "$age", "rising": {"$gt": [{"$size": "$prv_candidates"}, 3]}}
            }
        },
        {"$project": {"objectId": 1, "candid": 1, "annotations": 1}},
    ]
