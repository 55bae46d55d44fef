"""Pipelines that share their work give what each gives alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nightdesk.filters.pipeline import Batch, Pipeline, run_all
from nightdesk.filters.pipeline.pipeline import Result

Document = dict[str, Any]

STAGES: list[Document] = [
    {"$match": {"a": {"$gt": 1}}},
    {"$match": {"a": {"$lt": 3}, "b": {"$ne": "x"}}},
    {"$match": {"n": {"$exists": True}}},
    {"$match": {"$expr": {"$gt": [{"$divide": [6, "$a"]}, 2]}}},
    {"$match": {"q": {"$gte": 2}}},
    {"$match": {"list.v": 2}},
    {"$addFields": {"q": {"$divide": [12, "$a"]}}},
    {"$addFields": {"n": {"$size": "$list"}, "b": {"$concat": ["$b", "!"]}}},
    {"$addFields": {"list": {"$filter": {"input": "$list", "cond": {"$gt": ["$$this.v", 1]}}}}},
    {"$project": {"a": 1, "b": 1, "list": 1, "q": {"$multiply": ["$a", 2]}}},
    {"$project": {"b": 0}},
    {"$unwind": "$list"},
    {"$replaceRoot": {"newRoot": {"$mergeObjects": ["$inner", "$$ROOT"]}}},
    {"$replaceRoot": {"newRoot": "$inner"}},
    {"$sort": {"a": -1}},
    {"$group": {"_id": "$b", "a": {"$max": "$a"}, "list": {"$first": "$list"}}},
    {"$limit": 1},
]
DOCUMENTS = st.lists(
    st.fixed_dictionaries(
        {"a": st.sampled_from([0, 1, 2, 3, 4, None]), "b": st.sampled_from(["x", "y", None, 5])},
        optional={
            "list": st.lists(st.fixed_dictionaries({"v": st.integers(0, 3)}), max_size=3) | st.just("none"),
            "inner": st.just({"a": 2, "deep": 1}) | st.just(7),
        },
    ),
    min_size=1,
    max_size=12,
)
# long beginnings in common, as templates have them
PIPELINES = st.lists(
    st.tuples(st.integers(0, 4), st.lists(st.sampled_from(STAGES), min_size=1, max_size=4)),
    min_size=2,
    max_size=9,
)


def told(result: Result | Exception) -> Any:
    if isinstance(result, Exception):
        return type(result), str(result)
    stages = [(stage.name, stage.rows_in, stage.rows_out) for stage in result.stages]
    return result.rows.tolist(), result.documents, result.errors, stages


def alone(pipeline: Pipeline, batch: Batch) -> Any:
    try:
        return told(pipeline.run(batch))
    except (TypeError, ValueError) as error:
        return told(error)


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS, st.lists(st.sampled_from(STAGES), min_size=4, max_size=4), PIPELINES)
def test_all_together_give_what_each_gives_alone(
    documents: list[Document], template: list[Document], wanted: list[tuple[int, list[Document]]]
) -> None:
    pipelines = [Pipeline([*template[:length], *own]) for length, own in wanted]
    found = run_all(pipelines, Batch.from_documents(documents))
    for pipeline, result in zip(pipelines, found, strict=True):
        assert told(result) == alone(pipeline, Batch.from_documents(documents))


def cuts(least: int) -> Pipeline:
    return Pipeline(
        [
            {"$match": {"a": {"$gte": least}}},
            {"$addFields": {"twice": {"$multiply": ["$a", 2]}}},
            {"$match": {"twice": {"$lt": 16}}},
            {"$project": {"twice": 1}},
        ]
    )


def test_what_comes_after_different_cuts_is_done_once() -> None:
    found = run_all([cuts(least) for least in range(3)], Batch.from_documents([{"a": a} for a in range(10)]))
    results = [one for one in found if isinstance(one, Result)]
    assert [one.rows.tolist() for one in results] == [[*range(8)], [*range(1, 8)], [*range(2, 8)]]
    assert [stage.shared for stage in results[0].stages] == [False] * 4
    assert [stage.shared for stage in results[2].stages] == [False, True, True, True]
    assert [(stage.rows_in, stage.rows_out) for stage in results[2].stages] == [
        (10, 8),
        (8, 8),
        (8, 6),
        (6, 6),
    ]


def test_documents_in_common_are_made_once() -> None:
    first, second, last = run_all(
        [cuts(least) for least in range(3)], Batch.from_documents([{"a": a} for a in range(10)])
    )
    assert isinstance(first, Result) and isinstance(second, Result) and isinstance(last, Result)
    assert second.documents == [{"twice": 2 * a} for a in range(1, 8)]
    assert all(one is other for one, other in zip(first.documents[2:], last.documents, strict=True))


def test_an_error_of_one_pipeline_is_not_told_of_another() -> None:
    odd = {"$addFields": {"c": {"$divide": [6, "$a"]}}}
    pipelines = [
        Pipeline([odd, {"$match": {"$expr": {"$gt": ["$c", 1]}}}, {"$project": {"c": 1}}]),
        Pipeline([odd, {"$match": {"a": {"$gte": 0}}}, {"$project": {"a": 1}}]),
        Pipeline([odd, {"$match": {"a": {"$gte": 0}}}, {"$project": {"c": 1}}]),
        Pipeline([odd, {"$match": {"a": {"$gte": 1}}}, {"$project": {"c": 1}}]),
    ]
    found = run_all(pipelines, Batch.from_documents([{"a": a} for a in range(8)]))
    results = [one for one in found if isinstance(one, Result)]
    assert [list(one.errors) for one in results] == [[0], [], [0], []]
    assert [one.rows.tolist() for one in results] == [
        [*range(1, 6)],
        [*range(8)],
        [*range(1, 8)],
        [*range(1, 8)],
    ]


def test_rare_documents_are_not_computed_in_vain() -> None:
    rare = run_all([cuts(9), cuts(10)], Batch.from_documents([{"a": a} for a in range(11)]))
    for one in rare:
        assert isinstance(one, Result)
        assert not any(stage.shared for stage in one.stages)


@pytest.mark.parametrize("others", [1, 5])
def test_a_document_that_one_drops_cannot_spoil_it(others: int) -> None:
    reading = {"$addFields": {"c": {"$add": ["$bad", 1]}}}
    documents = [*({"a": a, "bad": 1} for a in range(9)), {"a": -1, "bad": object()}]
    every = Pipeline([reading, {"$match": {"c": 2}}])
    some = [
        Pipeline([{"$match": {"a": {"$gte": least}}}, reading, {"$match": {"c": 2}}])
        for least in range(others)
    ]
    spoilt, *sound = run_all([every, *some], Batch.from_documents(documents))
    assert isinstance(spoilt, TypeError)
    assert [told(one) for one in sound] == [alone(one, Batch.from_documents(documents)) for one in some]


def test_an_error_in_a_document_that_was_dropped_is_none() -> None:
    divided = {"$match": {"$expr": {"$gt": [{"$divide": [6, "$a"]}, 0]}}}
    documents = [{"a": a} for a in range(10)]
    found = run_all(
        [
            Pipeline([{"$match": {"a": {"$gte": least}}}, {"$addFields": {"b": 1}}, divided])
            for least in range(4)
        ],
        Batch.from_documents(documents),
    )
    results = [one for one in found if isinstance(one, Result)]
    assert [stage.shared for stage in results[3].stages] == [False, True, True]
    assert [list(one.errors) for one in results] == [[0], [], [], []]
    assert [one.rows.tolist()[0] for one in results] == [1, 1, 2, 3]
