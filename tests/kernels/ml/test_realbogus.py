"""The shipped real/bogus network on nights that it has not seen, and on real packets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from nightdesk.ml import Model, Registry
from nightdesk.ml.registry import SHIPPED
from nightdesk.ml.training import recipe, scoring
from nightdesk.ml.training.held_out import scored

from tests.kernels.ml.alerts import real
from tests.support.data import needs_data

UNSEEN = 777
"""A seed of neither training, calibration nor test."""
NUMBER = 300


@pytest.fixture(scope="module")
def model() -> Model:
    return Registry()["realbogus"]


@pytest.fixture(scope="module")
def unseen(model: Model) -> Iterator[pl.DataFrame]:
    used = {part.seed for part in (*recipe.TRAIN, *recipe.WATCH, *recipe.CALIBRATE, *recipe.TEST)}
    assert UNSEEN not in used
    yield scored(model, recipe.parts((UNSEEN,), NUMBER))


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
def test_an_unseen_night_is_told_apart(unseen: pl.DataFrame, survey: str) -> None:
    night = unseen.filter(pl.col("survey") == survey)
    assert night.height == NUMBER and night["network"].null_count() == 0
    found = scoring.summary(night["network"].to_numpy(), night["is_real"].to_numpy())
    assert found["bogus"] > 30
    assert found["roc_auc"] > 0.99
    assert found["fnr_at_half"] < 0.03
    assert found["fpr_at_half"] < 0.10
    assert found["ece"] < 0.03


def test_it_is_small_sees_only_pixels_and_declares_where_it_comes_from(model: Model) -> None:
    assert list(model.declaration.inputs) == ["triplets"] and model.columns == ()
    assert (SHIPPED / model.declaration.file).stat().st_size < 900_000
    assert model.declaration.surveys == ("ZTF", "LSST")
    assert "simulated" in model.declaration.trained
    assert model.declaration.licence == "BSD-3-Clause"


@needs_data
@pytest.mark.parametrize(("survey", "number"), [("ztf", 36), ("lsst", 5)])
def test_every_real_packet_has_a_score(model: Model, survey: str, number: int) -> None:
    score = model.predict(real(survey))[:, 0]
    assert len(score) == number
    assert np.isfinite(score).all()
    assert ((score >= 0) & (score <= 1)).all()
