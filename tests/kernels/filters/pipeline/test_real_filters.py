"""Filters of Fritz, as they stand in its documentation, on real ZTF packets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nightdesk.alerts import AlertBatch, decode, documents
from nightdesk.filters.pipeline import Batch, Pipeline, run_all
from nightdesk.surveys import get

from tests.kernels.filters.pipeline import mingo
from tests.kernels.filters.pipeline.test_mingo import alike
from tests.support.data import DATA, needs_data

pytestmark = needs_data
NAMES = [f"fritz_filter_{name}" for name in ("01", "02", "clu", "fast", "rcf_simple")] + ["watchlist"]
PASS = {"fritz_filter_clu": 5, "fritz_filter_fast": 4, "fritz_filter_rcf_simple": 5}
CATALOGUE = "CLU_20190625"


@pytest.fixture(scope="module")
def alerts() -> AlertBatch:
    """All ZTF packets."""
    return decode([path.read_bytes() for path in sorted(DATA.glob("ztf/*/*.avro"))], get("ZTF")).batch


@pytest.fixture(scope="module")
def matches(alerts: AlertBatch) -> dict[str, list[list[dict[str, Any]]]]:
    """A galaxy beside every other alert."""
    return {CATALOGUE: [[{"_id": i, "z": 0.01}] if i % 2 else [] for i in range(len(alerts))]}


@pytest.fixture(scope="module")
def whole(alerts: AlertBatch, matches: dict[str, list[list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    """The alerts as documents of the store."""
    return [
        made.alert
        | {"prv_candidates": made.prv_candidates, "fp_hists": made.fp_hists}
        | {"cross_matches": {CATALOGUE: matches[CATALOGUE][i]}}
        for i, made in enumerate(documents(alerts))
    ]


def _stages(name: str) -> list[dict[str, Any]]:
    stages: list[dict[str, Any]] = json.loads((DATA / "filters" / f"{name}.json").read_text())
    return stages


def _loosened(name: str) -> list[dict[str, Any]]:
    """Return a filter with wider cuts, so that more than one packet passes."""
    text = json.dumps(_stages(name))
    # the last: a text is greater than any number in BSON's order, to mingo it is not
    for given, wanted in (
        ("0.9999999", "0.5"),
        ('{"$literal": 2.0}', '{"$literal": 200000.0}'),
        ('"sg"', '"$sg"'),
    ):
        text = text.replace(f"{given},", f"{wanted},").replace(f"{given}}}", f"{wanted}}}")
    stages: list[dict[str, Any]] = _common(json.loads(text))
    return stages


def _common(part: Any) -> Any:
    """Return a pipeline without what mingo does otherwise: rounding, and comparing arrays with numbers."""
    if isinstance(part, list):
        return [_common(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "$round" in part:
        return _common(part["$round"][0])
    made = {name: _common(inner) for name, inner in part.items()}
    for name in ("$min", "$max"):
        match made.get(name):
            case [one]:
                made[name] = one
            case [{"$map": _} as mapped, one]:
                made[name] = {"$concatArrays": [mapped, [one]]}
    return made


def test_an_alerts_columns_are_its_documents(
    alerts: AlertBatch, whole: list[dict[str, Any]], matches: dict[str, list[list[dict[str, Any]]]]
) -> None:
    everything = Pipeline([{"$match": {}}]).run(Batch.from_alerts(alerts, matches=matches))
    for ours, document in zip(everything.documents, whole, strict=True):
        assert ours == document


@pytest.mark.parametrize("name", NAMES)
def test_as_they_stand(
    name: str, alerts: AlertBatch, whole: list[dict[str, Any]], matches: dict[str, list[list[dict[str, Any]]]]
) -> None:
    pipeline = Pipeline(_stages(name), chosen=False)
    from_columns = pipeline.run(Batch.from_alerts(alerts, matches=matches))
    from_documents = pipeline.run(Batch.from_documents(whole))
    assert not from_columns.errors
    assert from_columns.rows.tolist() == from_documents.rows.tolist()
    assert from_columns.documents == from_documents.documents
    assert len(from_columns.rows) == PASS.get(name, 0)
    assert [s.name for s in from_columns.stages] == [next(iter(stage)) for stage in _stages(name)]
    literally = Pipeline(_stages(name)).run(Batch.from_documents(whole))
    named = (
        {"ZTF20abjoqjy", "ZTF20aacbyec"} if name in ("fritz_filter_clu", "fritz_filter_rcf_simple") else None
    )
    assert set(literally.rows.tolist()) == {
        row for row in from_columns.rows.tolist() if named is None or whole[row]["objectId"] in named
    }


def test_with_mingo(whole: list[dict[str, Any]], home: Path) -> None:
    """mingo has no other collection: what the lookup adds is put into the documents."""
    pipelines = [[stage for stage in _loosened(name) if "$lookup" not in stage] for name in NAMES]
    for pipeline in pipelines:
        if "objectId" in pipeline[0].get("$match", {}):
            del pipeline[0]["$match"]["objectId"]
    aux = ("prv_candidates", "fp_hists", "cross_matches")
    given = [
        {name: value for name, value in one.items() if name not in aux}
        | {"aux": [{"_id": one["objectId"], **{name: one[name] for name in aux}}]}
        for one in whole
    ]
    answers = mingo.aggregate(home, given, pipelines)
    results = run_all(
        [Pipeline(_loosened(name), chosen=False) for name in NAMES], Batch.from_documents(whole)
    )
    passed = 0
    for name, result, answer in zip(NAMES, results, answers, strict=True):
        assert not isinstance(result, Exception)
        made = dict(zip(result.rows.tolist(), result.documents, strict=True))
        for row, theirs in enumerate(answer):
            assert isinstance(theirs, list), (name, theirs)
            assert (row in made) == bool(theirs), (name, row, made.get(row), theirs)
            if theirs:
                assert alike(_without_gaps(made[row]), _without_gaps(theirs[0])), (name, made[row], theirs[0])
                passed += 1
    assert passed > 60


def _without_gaps(value: Any) -> Any:
    """Return a value without nulls: mingo leaves some of them out."""
    if isinstance(value, dict):
        return {name: _without_gaps(inner) for name, inner in value.items() if inner is not None}
    return [_without_gaps(one) for one in value] if isinstance(value, list) else value
