"""Models are found, and one that cannot be used is refused with what is wrong in it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from nightdesk.ml import ModelError, Registry

from tests.kernels.ml import networks
from tests.kernels.ml.alerts import simulated

TRIPLET = {"triplets": ["n", 63, 63, 3]}


def test_the_shipped_models_and_a_sites_own(tmp_path: Path) -> None:
    networks.braai(tmp_path)
    networks.acai(tmp_path)
    registry = Registry(tmp_path)
    assert [model.name for model in registry] == ["realbogus", "acai_h", "braai"]
    assert [model.name for model in registry.of("LSST")] == ["realbogus"]
    assert len(registry.of(simulated("ztf").survey)) == 3
    assert registry["braai"].version == "d6_m9"
    with pytest.raises(KeyError, match="no model 'brai'; there are realbogus, acai_h, braai"):
        registry["brai"]
    assert [model.name for model in Registry(tmp_path, shipped=False)] == ["acai_h", "braai"]
    assert len(Registry(shipped=False)) == 0


def test_a_sites_model_replaces_a_shipped_one_but_not_its_own(tmp_path: Path) -> None:
    networks.braai(tmp_path, "realbogus")
    assert Registry(tmp_path)["realbogus"].version == "d6_m9"
    (tmp_path / "again.toml").write_text((tmp_path / "realbogus.toml").read_text())
    with pytest.raises(ModelError, match=r"model realbogus is also declared by .*again\.toml"):
        Registry(tmp_path)


def refused(directory: Path, message: str) -> None:
    with pytest.raises(ModelError, match=re.escape(message)) as caught:
        Registry(directory, shipped=False)
    assert str(directory) in str(caught.value)


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "there is no such directory of models")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": '"Braai"'}, "name: String should match pattern"),
        ({"name": '"braai_version"'}, "would be taken for the version of another model"),
        ({"version": ""}, "version: Field required"),
        ({"licence": ""}, "licence: Field required"),
        ({"surveys": '["ztf"]'}, "unknown survey 'ztf'; one of"),
        ({"file": '"other.onnx"'}, "file: there is no"),
        ({"batch": "0"}, "batch: Input should be greater than or equal to 1"),
        ({"colour": '"red"'}, "colour: Extra inputs are not permitted"),
        ({"name": "unquoted"}, "Invalid value"),
    ],
)
def test_wrong_heads(tmp_path: Path, changed: dict[str, str], message: str) -> None:
    networks.dense(tmp_path / "braai.onnx", TRIPLET)
    networks.declare(tmp_path, "braai", **changed)
    refused(tmp_path, message)


COLUMNS = '[inputs.triplets]\nkind = "columns"\ncolumns = [{ name = "ra" }, { name = "dec" }]\n'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "inputs: Field required"),
        (
            '[inputs.images]\nkind = "triplets"\n',
            "inputs.images: the graph has no such input; it has triplets",
        ),
        (
            networks.TRIPLETS + '[inputs.more]\nkind = "triplets"\n',
            "inputs.more: the graph has no such input",
        ),
        (
            '[inputs.triplets]\nkind = "triplets"\nsize = 61\n',
            "inputs.triplets: the graph wants (alerts, 63, 63, 3), declared is (alerts, 61, 61, 3)",
        ),
        (
            '[inputs.triplets]\nkind = "triplets"\nlayout = "NCHW"\n',
            "the graph wants (alerts, 63, 63, 3), declared is (alerts, 3, 63, 63)",
        ),
        (
            '[inputs.triplets]\nkind = "triplets"\norder = ["science", "difference"]\n',
            "the graph wants (alerts, 63, 63, 3), declared is (alerts, 63, 63, 2)",
        ),
        (
            '[inputs.triplets]\nkind = "triplets"\norder = ["science", "science"]\n',
            "a cutout is named twice",
        ),
        (
            '[inputs.triplets]\nkind = "triplets"\nnormalise = "minmax"\n',
            "inputs.triplets.triplets.normalise: Input should be 'none', 'l2' or 'robust'",
        ),
        (COLUMNS, "declared is (alerts, 2) or (alerts, 2, 1)"),
        (networks.TRIPLETS + '[output]\nname = "odds2"\n', "the graph has no output odds2; it has score"),
        (
            networks.TRIPLETS + '[output]\nclasses = ["bogus", "real"]\n',
            "output: 2 alerts give (2, 1), but 2 classes are declared",
        ),
        (networks.TRIPLETS + '[output]\nclasses = ["a", "a"]\n', "a class is named twice"),
        (
            networks.TRIPLETS + '[output]\nclasses = ["real"]\nactivation = "softmax"\n',
            "softmax needs two classes or more",
        ),
    ],
)
def test_declarations_that_do_not_fit_the_graph(tmp_path: Path, body: str, message: str) -> None:
    networks.dense(tmp_path / "braai.onnx", TRIPLET)
    networks.declare(tmp_path, "braai", body)
    refused(tmp_path, message)


@pytest.mark.parametrize(
    ("inputs", "width", "kind", "message"),
    [
        (TRIPLET, 2, onnx.TensorProto.FLOAT, "output: 2 alerts give (2, 2), but one score is declared"),
        (TRIPLET, 1, onnx.TensorProto.DOUBLE, "the graph wants tensor(double), only tensor(float) is given"),
        (
            {"triplets": [1, 63, 63, 3]},
            1,
            onnx.TensorProto.FLOAT,
            "the graph takes 1 alerts at a time; make its first axis free",
        ),
        (
            TRIPLET | {"features": ["n", 2]},
            1,
            onnx.TensorProto.FLOAT,
            "the graph's input features is not declared",
        ),
    ],
)
def test_graphs_that_do_not_fit_the_declaration(
    tmp_path: Path, inputs: dict[str, networks.Shape], width: int, kind: int, message: str
) -> None:
    networks.dense(tmp_path / "braai.onnx", inputs, width, kind=kind)
    networks.declare(tmp_path, "braai")
    refused(tmp_path, message)


def test_a_free_axis_that_hides_another_size_shows_in_the_trial_run(tmp_path: Path) -> None:
    networks.braai(tmp_path)
    graph = onnx.load(tmp_path / "braai.onnx")
    graph.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "rows"
    onnx.save(graph, tmp_path / "braai.onnx")
    assert Registry(tmp_path, shipped=False)["braai"].predict(simulated("ztf")).shape == (40, 1)
    weights = np.zeros((61 * 63 * 3, 1), np.float32)
    graph.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(weights, "triplets.weight"))
    onnx.save(graph, tmp_path / "braai.onnx")
    refused(tmp_path, "the graph does not run")


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    networks.declare(tmp_path, "braai")
    (tmp_path / "braai.onnx").write_bytes(b"version https://git-lfs")
    refused(tmp_path, "not a graph that can be run")
