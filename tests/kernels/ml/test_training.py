"""The recipe of the shipped network: same seeds, same data; measures that are what they say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from nightdesk.ml import Model, Registry
from nightdesk.ml.training import recipe, scoring
from nightdesk.ml.training.augment import NEAREST, TEMPLATE, augmented
from nightdesk.ml.training.calibrate import platt

from tests.kernels.ml.alerts import simulated


def test_the_recipe_is_deterministic_and_its_seeds_are_apart() -> None:
    tiny = recipe.parts((9,), 25, recipe.EVEN)
    first, second = recipe.examples(tiny, recipe.MARGIN), recipe.examples(tiny, recipe.MARGIN)
    np.testing.assert_array_equal(first.images, second.images)
    assert first.truth.equals(second.truth)
    assert first.images.shape == (50, 3, 33, 33)
    assert first.truth["survey"].to_list() == ["ZTF"] * 25 + ["LSST"] * 25
    assert 10 < first.real.sum() < 40
    other = recipe.examples(recipe.parts((10,), 25, recipe.EVEN), recipe.MARGIN)
    assert not np.array_equal(first.images, other.images)
    seeds = [{p.seed for p in parts} for parts in (recipe.TRAIN, recipe.WATCH, recipe.CALIBRATE, recipe.TEST)]
    assert sum(map(len, seeds)) == len(set.union(*seeds))


def test_the_truth_belongs_to_its_images() -> None:
    part = recipe.Part("ZTF", 9, 60, recipe.EVEN)
    whole = recipe.examples([part])
    (batch, truth), *_ = recipe.batches(part)
    split = [t for _, t in recipe.batches(part, size=25)]
    assert [len(t) for t in split] == [25, 25, 10]
    assert whole.truth["label"].to_list() == [label for t in split for label in t["label"]]
    assert truth["score"].to_list() == batch.frame["score"].to_list()
    # hot pixels are narrower in the difference than asteroids of the same brightness
    centre = np.sort(whole.images[:, 2].reshape(60, -1), axis=1)
    sharpness = centre[:, -1] - centre[:, -9]
    hot = (whole.truth["label"] == "Hot pixel").to_numpy()
    point = (whole.truth["label"] == "Asteroid").to_numpy()
    assert np.median(sharpness[hot]) > np.median(sharpness[point])


def test_the_recipe_prepares_as_the_shipped_declaration_says() -> None:
    assert Registry()["realbogus"].declaration.inputs == {"triplets": recipe.SPEC}


def test_augmentation_only_moves_and_blanks_pixels() -> None:
    rng = np.random.default_rng(4)
    images = rng.normal(size=(400, 3, 33, 33)).astype(np.float32)
    found = augmented(images, 1, np.random.default_rng(5))
    again = augmented(images, 1, np.random.default_rng(5))
    np.testing.assert_array_equal(found, again)
    assert found.shape == (400, 3, 31, 31)
    blank = (found == 0.0).any(axis=(2, 3))
    assert 0.02 < blank[:, 2].mean() < 0.2
    assert (blank[:, 0] == blank[:, 2]).all() and not blank[:, TEMPLATE].any()
    inner = slice(15 - NEAREST + 1, 15 + NEAREST)
    assert (found[:, :, inner, inner] != 0.0).all()
    for i in range(400):
        # each template is some 31 x 31 window of the original, turned
        values = set(images[i, TEMPLATE].ravel().tolist())
        assert set(found[i, TEMPLATE].ravel().tolist()) <= values
    assert (
        len(
            {tuple(np.sign(f[TEMPLATE, 0, :4]).tolist()) for f in augmented(images[:1].repeat(64, 0), 1, rng)}
        )
        > 8
    )


def test_measures_against_plain_counting() -> None:
    rng = np.random.default_rng(6)
    real = rng.random(400) < 0.7
    score = np.round(np.clip(rng.normal(np.where(real, 0.7, 0.4), 0.2), 0, 1), 2)
    pairs = score[real][:, None] - score[~real][None, :]
    assert scoring.roc_auc(score, real) == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())
    cuts = np.unique(np.concatenate([score, [-1.0, 2.0]]))
    passing = [(np.mean(score[~real] > cut), np.mean(score[real] <= cut)) for cut in cuts]
    for allowed in (0.01, 0.1, 0.3):
        assert scoring.fnr_at_fpr(score, real, allowed) == pytest.approx(
            min(fnr for fpr, fnr in passing if fpr <= allowed)
        )
        assert scoring.fpr_at_fnr(score, real, allowed) == pytest.approx(
            min(fpr for fpr, fnr in passing if fnr <= allowed)
        )
    chance = rng.random(20000)
    assert scoring.calibration_error(chance, rng.random(20000) < chance) < 0.02
    assert scoring.calibration_error(np.full(100, 0.9), np.arange(100) < 60) == pytest.approx(0.3)
    assert scoring.roc_auc(np.array([1.0, 0.0]), np.array([True, False])) == 1.0


def test_calibration_finds_the_odds_again() -> None:
    rng = np.random.default_rng(7)
    odds = rng.normal(0, 3, 40000)
    real = (rng.random(40000) < 1 / (1 + np.exp(-(0.5 * odds + 1.0)))).astype(np.float32)
    slope, intercept = platt(odds, real)
    assert slope == pytest.approx(0.5, abs=0.02)
    assert intercept == pytest.approx(1.0, abs=0.05)


def test_the_graph_says_what_the_network_says(tmp_path: Path) -> None:
    pytest.importorskip("jax")
    from nightdesk.ml.training import export, network

    parameters = network.initial(3)
    images = np.random.default_rng(8).normal(size=(20, 3, 31, 31)).astype(np.float32)
    export.write(parameters, (0.7, -0.2), tmp_path / "realbogus.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "realbogus.onnx")
    (score,) = session.run(["score"], {"triplets": images})
    odds = np.asarray(network.logits(parameters, images), np.float64)
    assert np.std(odds) > 0.1
    np.testing.assert_allclose(score[:, 0], 1 / (1 + np.exp(-(0.7 * odds - 0.2))), rtol=1e-4, atol=1e-6)


def test_a_tiny_run_of_the_command_learns_and_writes_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("jax")
    pytest.importorskip("optax")
    from nightdesk.ml.training import __main__ as command

    few = [recipe.Part("ZTF", 9, 40, recipe.EVEN)]
    for name, parts in {"TRAIN": [recipe.Part("ZTF", 9, 130, recipe.EVEN)], "WATCH": few}.items():
        monkeypatch.setattr(recipe, name, parts)
    for name in ("CALIBRATE", "TEST"):
        monkeypatch.setattr(recipe, name, few)
    monkeypatch.setattr("sys.argv", ["training", "--out", str(tmp_path), "--epochs", "12"])
    command.main()
    told = capsys.readouterr().out
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in told.splitlines() if "loss " in line]
    assert len(losses) == 12
    assert losses[-1] < 0.9 * losses[0]
    results = json.loads((tmp_path / "realbogus.json").read_text())
    assert results["network"]["surveys"]["ZTF"]["alerts"] == 40
    assert "| ZTF | realbogus | 40, " in (tmp_path / "realbogus.md").read_text()
    assert Model(tmp_path / "realbogus.toml").predict(simulated("ztf")).shape == (40, 1)
