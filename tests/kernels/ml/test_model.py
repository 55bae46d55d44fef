"""Models with the inputs of braai and ACAI score batches as they score single alerts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from nightdesk.ml import Model, ModelError, Stamps

from tests.kernels.ml import networks
from tests.kernels.ml.alerts import simulated, with_stamp


def sigmoid(odds: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-odds))


def l2_triplets(batch_cutouts: dict[str, list[bytes | None]]) -> np.ndarray:
    images = Stamps(batch_cutouts).images
    planes = []
    for kind in ("science", "template", "difference"):
        stack = np.nan_to_num(np.stack([image for image in images[kind] if image is not None]))
        planes.append(stack / np.linalg.norm(stack.reshape(len(stack), -1), axis=1)[:, None, None])
    return np.stack(planes, axis=-1)


def test_braais_input(tmp_path: Path) -> None:
    file, weights = networks.braai(tmp_path)
    batch = simulated("ztf")
    found = Model(file).predict(batch)
    assert found.shape == (len(batch), 1) and found.dtype == np.float32
    expected = sigmoid(l2_triplets(batch.cutouts).reshape(len(batch), -1) @ weights)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert np.ptp(found) > 1e-3


def test_acais_inputs(tmp_path: Path) -> None:
    file, weights = networks.acai(tmp_path)
    batch = simulated("ztf")
    found = Model(file).predict(batch)
    names = [f"candidate.{name}" for name in networks.ACAI]
    features = batch.frame.select(pl.col(names).cast(pl.Float64)).to_numpy() / 100.0
    triplets = l2_triplets(batch.cutouts).reshape(len(batch), -1)
    expected = sigmoid(features @ weights["features"] + triplets @ weights["triplets"])
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    assert np.ptp(found) > 1e-3


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_batch_scores_as_single_alerts_do(tmp_path: Path, size: int) -> None:
    networks.acai(tmp_path)
    file = tmp_path / "acai_h.toml"
    file.write_text(f"batch = {size}\n" + file.read_text())
    model, batch = Model(file), simulated("ztf")
    together = model.predict(batch)
    for row in range(len(batch)):
        np.testing.assert_allclose(model.predict(batch.take([row])), together[[row]], rtol=1e-5)
    assert model.predict(batch.take([])).shape == (0, 1)


@pytest.mark.parametrize("stamp", [None, b"", b"\x1f\x8bbroken"])
def test_an_alert_without_a_stamp_has_no_score_and_changes_no_other(
    tmp_path: Path, stamp: bytes | None
) -> None:
    file, _ = networks.braai(tmp_path)
    model, batch = Model(file), simulated("ztf")
    whole = model.predict(batch)
    for row, kind in ((0, "science"), (5, "template"), (len(batch) - 1, "difference")):
        lacking = model.predict(with_stamp(batch, row, kind, stamp))
        assert np.isnan(lacking[row]).all()
        others = np.arange(len(batch)) != row
        np.testing.assert_allclose(lacking[others], whole[others], rtol=1e-5)
    nothing = replace(batch, cutouts={kind: [None] * len(batch) for kind in batch.cutouts})
    assert np.isnan(model.predict(nothing)).all()


def test_null_columns_take_their_default_or_cost_the_score(tmp_path: Path) -> None:
    file, _ = networks.acai(tmp_path)
    model, batch = Model(file), simulated("ztf")
    whole = model.predict(batch)
    numbers = pl.int_range(len(batch), eager=True)

    def changed(column: str, value: float | None) -> np.ndarray:
        there = pl.when(numbers != 3).then(batch.frame[column]).otherwise(pl.lit(value))
        return model.predict(batch.with_columns({column: batch.frame.select(a=there)["a"]}))

    np.testing.assert_allclose(changed("candidate.drb", None), changed("candidate.drb", 0.5))
    np.testing.assert_allclose(changed("candidate.drb", float("nan")), changed("candidate.drb", 0.5))
    lacking = changed("candidate.fwhm", None)
    assert np.isnan(lacking[3]).all()
    others = np.arange(len(batch)) != 3
    np.testing.assert_allclose(lacking[others], whole[others], rtol=1e-5)
    without = replace(batch, frame=batch.frame.drop("candidate.fwhm"))
    assert np.isnan(model.predict(without)).all()


def test_a_column_of_text_is_refused_by_name(tmp_path: Path) -> None:
    file, _ = networks.acai(tmp_path)
    file.write_text(file.read_text().replace("candidate.fwhm", "candidate.isdiffpos"))
    with pytest.raises(ModelError, match=r"column candidate\.isdiffpos holds String"):
        Model(file).predict(simulated("ztf"))


CLASSES = """
[inputs.features]
kind = "columns"
columns = [{ name = "magpsf", offset = 18.0, scale = 2.0 }, { name = "sso" }]

[output]
classes = ["rock", "star", "galaxy"]
activation = "softmax"
"""


def test_classes_and_softmax(tmp_path: Path) -> None:
    weights = networks.dense(tmp_path / "kinds.onnx", {"features": [None, 2]}, width=3, activation=None)[
        "features"
    ]
    model, batch = Model(networks.declare(tmp_path, "kinds", CLASSES)), simulated("ztf")
    assert model.classes == ("rock", "star", "galaxy")
    assert model.columns == ("magpsf", "sso")
    features = np.column_stack([(batch.frame["magpsf"].to_numpy() - 18) / 2, batch.frame["sso"].to_numpy()])
    odds = np.exp(features @ weights)
    np.testing.assert_allclose(model.predict(batch), odds / odds.sum(axis=1, keepdims=True), rtol=1e-4)


def test_logits_become_probabilities(tmp_path: Path) -> None:
    body = networks.TRIPLETS + '[output]\nactivation = "sigmoid"\n'
    networks.dense(tmp_path / "odds.onnx", {"triplets": ["n", 63, 63, 3]}, activation=None)
    file, _ = networks.braai(tmp_path)
    batch = simulated("ztf")
    found = Model(networks.declare(tmp_path, "odds", body)).predict(batch)
    np.testing.assert_allclose(found, Model(file).predict(batch), rtol=1e-5)


def test_models_share_what_they_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nightdesk.ml import stamps as module

    batch, times = simulated("ztf"), []
    monkeypatch.setattr(module, "read", lambda stamp, read=module.read: times.append(1) or read(stamp))
    stamps = Stamps(batch.cutouts)
    for file in (networks.braai(tmp_path)[0], networks.acai(tmp_path)[0]):
        np.testing.assert_array_equal(Model(file).predict(batch, stamps), Model(file).predict(batch, stamps))
    assert len(times) == 3 * len(batch)
