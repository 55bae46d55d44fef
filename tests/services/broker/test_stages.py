"""Stages run in the order of what they read, and impossible orders are refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from nightdesk.crossmatch import Shelf
from nightdesk_services.broker.services.stages import Crossmatch, Features, History, Stage, in_order
from nightdesk_services.broker.services.work import Work


def stage(name_: str, inputs_: tuple[str, ...], outputs_: tuple[str, ...]) -> Stage:
    class Made(Stage):
        name = name_
        inputs = inputs_
        outputs = outputs_

        def run(self, work: Work) -> None:
            raise NotImplementedError

    return Made()


def test_the_brokers_stages_have_an_order(tmp_path: Path) -> None:
    given = [Features(), Crossmatch(Shelf(tmp_path).catalogues), History(lambda _survey, _ids: {})]
    names = [s.name for s in in_order(given)]
    assert sorted(names) == ["crossmatch", "features", "history"]
    assert names.index("history") < names.index("features")


def test_a_stage_follows_what_it_reads() -> None:
    c = stage("c", ("xmatch.VSX.distance", "b"), ("c",))
    b = stage("b", ("a",), ("b",))
    a = stage("a", ("candid",), ("a",))
    x = stage("x", ("ra", "dec"), ("xmatch.*",))
    names = [s.name for s in in_order([c, b, a, x])]
    assert names.index("a") < names.index("b") < names.index("c")
    assert names.index("x") < names.index("c")


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([("a", ("nothing",), ("a",))], "stage a reads nothing, which no stage makes"),
        ([("a", (), ("x",)), ("b", (), ("x",))], "stage b: column x already comes from a"),
        ([("a", (), ("ra",))], "stage a: column ra already comes from the batch itself"),
        ([("a", ("y",), ("x",)), ("b", ("x",), ("y",))], "stages wait for each other: "),
    ],
)
def test_impossible_orders_are_refused(
    stages: list[tuple[str, tuple[str, ...], tuple[str, ...]]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        in_order([stage(*s) for s in stages])
