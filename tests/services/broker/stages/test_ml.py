"""The stage puts scores into columns that filters read, and into the documents in Kowalski's shape."""

from __future__ import annotations

import functools
import json
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from nightdesk.filters import Expression
from nightdesk.ml import Registry
from nightdesk_services.broker.services.stages import Stage, in_order
from nightdesk_services.broker.services.stages.ml import ML, classifications
from nightdesk_services.broker.services.work import Work

from tests.kernels.ml import networks
from tests.kernels.ml.alerts import simulated, with_stamp


@functools.cache
def shipped() -> Registry:
    return Registry()


KINDS = """
[inputs.features]
kind = "columns"
columns = [{ name = "magpsf" }, { name = "features.age", default = 0.0 }]

[output]
classes = ["bogus", "real"]
"""


@pytest.fixture
def site(tmp_path: Path) -> Registry:
    """A site's models: braai, and one with classes that reads another stage's column."""
    networks.braai(tmp_path)
    networks.dense(tmp_path / "kinds.onnx", {"features": ["n", 2]}, width=2, activation="Softmax")
    networks.declare(tmp_path, "kinds", KINDS)
    return Registry(tmp_path)


def test_the_shipped_model_scores_both_surveys() -> None:
    for survey in ("ztf", "lsst"):
        work = Work(with_stamp(simulated(survey), 2, "template", None))
        ML(shipped()).run(work)
        score = work.frame["ml.realbogus"]
        assert score.dtype == pl.Float64
        assert score.is_null().arg_true().to_list() == [2]
        assert score.is_between(0, 1).sum() == len(work.batch) - 1
        assert not score.is_nan().any()
        assert work.frame["ml.realbogus_version"].unique().to_list() == [shipped()["realbogus"].version]


def test_filters_read_the_columns(site: Registry) -> None:
    work = Work(simulated("ztf"))
    ML(site).run(work)
    passed = Expression("ml.realbogus > 0.5 and ml.kinds.real > 0 and not is_null(ml.braai)").evaluate(
        work.frame
    )
    assert passed.sum() == (work.frame["ml.realbogus"] > 0.5).sum() > 0
    versioned = Expression("ml.braai_version == 'd6_m9'").evaluate(work.frame)
    assert versioned.all()


def test_classifications_have_kowalskis_shape(site: Registry) -> None:
    work = Work(with_stamp(simulated("ztf"), 1, "science", b"broken"))
    ML(site).run(work)
    found = classifications(work.frame)
    assert len(found) == len(work.batch)
    first = found[0]
    assert set(first) == {
        *("realbogus", "realbogus_version", "braai", "braai_version", "kinds", "kinds_version"),
    }
    assert isinstance(first["braai"], float) and 0 < first["braai"] < 1
    assert first["braai_version"] == "d6_m9"
    assert first["kinds"]["bogus"] + first["kinds"]["real"] == pytest.approx(1.0)
    assert found[1]["braai"] is None and found[1]["braai_version"] == "d6_m9"
    assert found[1]["kinds"]["real"] == work.frame["ml.kinds.real"][1]
    json.dumps(found, allow_nan=False)
    assert classifications(simulated("ztf").frame) == [{}] * len(work.batch)


def test_a_survey_gets_only_its_own_models(site: Registry) -> None:
    work = Work(simulated("lsst"))
    ML(site).run(work)
    assert [c for c in work.frame.columns if c.startswith("ml.")] == ["ml.realbogus", "ml.realbogus_version"]


def test_a_model_with_all_of_its_inputs_null(tmp_path: Path) -> None:
    networks.dense(tmp_path / "kinds.onnx", {"features": ["n", 2]}, width=2, activation="Softmax")
    networks.declare(tmp_path, "kinds", KINDS.replace('{ name = "magpsf" }', '{ name = "n_det" }'))
    work = Work(simulated("ztf"))
    ML(Registry(tmp_path, shipped=False)).run(work)
    assert classifications(work.frame)[0] == {"kinds": None, "kinds_version": "d6_m9"}


def test_a_model_that_fails_leaves_nulls_and_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    networks.dense(tmp_path / "kinds.onnx", {"features": ["n", 2]}, width=2, activation="Softmax")
    networks.declare(tmp_path, "kinds", KINDS.replace("magpsf", "candidate.isdiffpos"))
    networks.braai(tmp_path)
    stage, work = ML(Registry(tmp_path, shipped=False)), Work(simulated("ztf"))
    with caplog.at_level(logging.WARNING):
        stage.run(work)
        stage.run(work)
    assert [record.getMessage() for record in caplog.records] == [
        "model kinds version d6_m9: column candidate.isdiffpos holds String, no numbers"
    ]
    assert work.frame["ml.kinds.real"].is_null().all()
    assert work.frame["ml.braai"].is_not_null().all()


def test_an_empty_batch_and_no_models() -> None:
    work = Work(simulated("ztf").take([]))
    ML(shipped()).run(work)
    assert work.frame["ml.realbogus"].to_list() == []
    assert classifications(work.frame) == []
    work = Work(simulated("ztf"))
    ML(Registry(shipped=False)).run(work)
    assert not [c for c in work.frame.columns if c.startswith("ml.")]


def test_it_runs_after_the_stages_whose_columns_its_models_read(site: Registry) -> None:
    class Age(Stage):
        name = "age"
        inputs = ("jd",)
        outputs = ("features.*",)

        def run(self, work: Work) -> None:
            work.add(pl.DataFrame({"features.age": np.full(len(work.batch), 3.0)}))

    stages = in_order([ML(site, [Age()]), Age()])
    assert [stage.name for stage in stages] == ["age", "ml"]
    work, without = Work(simulated("ztf")), Work(replace(simulated("ztf")))
    for stage in stages:
        stage.run(work)
    stages[1].run(without)
    assert not work.frame["ml.kinds.real"].equals(without.frame["ml.kinds.real"])


def test_a_column_that_nothing_makes_is_refused_by_name(tmp_path: Path) -> None:
    networks.dense(tmp_path / "kinds.onnx", {"features": ["n", 2]}, width=2, activation="Softmax")
    networks.declare(tmp_path, "kinds", KINDS.replace("features.age", "age_days"))
    with pytest.raises(ValueError, match="stage ml reads age_days, which no stage makes"):
        in_order([ML(Registry(tmp_path, shipped=False))])
