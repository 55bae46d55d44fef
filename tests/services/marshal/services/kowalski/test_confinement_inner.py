"""Pipelines within pipelines: what is refused outside is refused inside."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski.confinement import check_filter, check_pipeline

LOOKUP = {"from": "ZTF_alerts_aux", "localField": "objectId", "foreignField": "_id", "as": "aux"}
READABLE = {"ZTF_alerts", "ZTF_alerts_aux"}


def test_an_own_catalogue_may_be_looked_up() -> None:
    inner = [{"$project": {"n": {"$size": "$prv_candidates"}}}]
    check_pipeline([{"$lookup": LOOKUP}, {"$lookup": LOOKUP | {"pipeline": inner}}], READABLE)
    check_pipeline([{"$facet": {"a": [{"$count": "n"}], "b": inner}}], READABLE)


@pytest.mark.parametrize(
    "stage",
    [
        {"$lookup": LOOKUP | {"from": "users"}},
        {"$lookup": LOOKUP | {"from": "LSST_alerts"}},
        {"$lookup": LOOKUP | {"from": {"db": "admin", "coll": "ZTF_alerts"}}},
        {"$lookup": LOOKUP | {"let": {"x": 1}}},
        {"$lookup": LOOKUP | {"localField": "$objectId"}},
        {"$lookup": LOOKUP | {"pipeline": [{"$out": "x"}]}},
        {"$lookup": LOOKUP | {"pipeline": [{"$unionWith": "ZTF_alerts"}]}},
        {"$lookup": LOOKUP | {"pipeline": [{"$lookup": LOOKUP}]}},
        {"$lookup": LOOKUP | {"pipeline": [{"$facet": {}}]}},
        {"$lookup": LOOKUP | {"pipeline": [{"$match": {"$where": "1"}}]}},
        {"$lookup": LOOKUP | {"pipeline": {"$out": "x"}}},
        {"$lookup": {"from": "ZTF_alerts", "pipeline": [], "as": "x"}},
        {"$facet": {"a": [{"$out": "x"}]}},
        {"$facet": {"a": [{"$merge": "x"}]}},
        {"$facet": {"a": [{"$lookup": LOOKUP}]}},
        {"$facet": {"a": [{"$facet": {"b": []}}]}},
        {"$facet": {"a": [{"$project": {"x": {"$function": {}}}}]}},
        {"$facet": [{"$out": "x"}]},
    ],
)
def test_hostile_inner_pipeline(stage: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check_pipeline([stage], READABLE)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, "\ud800"])
def test_what_no_store_can_hold(value: Any) -> None:
    with pytest.raises(Invalid):
        check_filter({"a": value})
