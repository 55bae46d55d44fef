"""Small ONNX models with exactly the inputs of known ones, and random weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ACAI = (
    *("drb", "diffmaglim", "ra", "dec", "magpsf", "sigmapsf", "chipsf", "fwhm", "sky", "chinr", "sharpnr"),
    *("sgscore1", "distpsnr1", "sgscore2", "distpsnr2", "sgscore3", "distpsnr3", "ndethist", "ncovhist"),
    *("scorr", "nmtchps", "clrcoeff", "clrcounc", "neargaia", "neargaiabright"),
)
"""Named features of ACAI, fields of ZTF's candidate (Duev & van der Walt 2021)."""

Shape = Sequence[int | str | None]


def dense(
    path: Path,
    inputs: Mapping[str, Shape],
    width: int = 1,
    *,
    kind: int = TensorProto.FLOAT,
    activation: str | None = "Sigmoid",
    seed: int = 5,
) -> dict[str, np.ndarray[Any, Any]]:
    """Write a network that sums a dense layer over each input; return the weights by input."""
    rng = np.random.default_rng(seed)
    nodes, weights, sums = [], {}, []
    for name, shape in inputs.items():
        size = int(np.prod([axis for axis in shape[1:] if isinstance(axis, int)]))
        weights[name] = rng.normal(0, 1 / np.sqrt(size), (size, width)).astype(np.float32)
        nodes += [
            helper.make_node("Flatten", [name], [f"{name}.flat"], axis=1),
            helper.make_node("MatMul", [f"{name}.flat", f"{name}.weight"], [f"{name}.sum"]),
        ]
        sums.append(f"{name}.sum")
    nodes.append(helper.make_node("Sum", sums, ["odds"]))
    nodes.append(helper.make_node(activation or "Identity", ["odds"], ["score"]))
    graph = helper.make_graph(
        nodes,
        "dense",
        [helper.make_tensor_value_info(name, kind, list(shape)) for name, shape in inputs.items()],
        [helper.make_tensor_value_info("score", kind, ["n", width])],
        [
            numpy_helper.from_array(values.astype(helper.tensor_dtype_to_np_dtype(kind)), f"{name}.weight")
            for name, values in weights.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return weights


HEAD = """
name = "{name}"
version = "d6_m9"
surveys = ["ZTF"]
file = "{name}.onnx"
licence = "MIT"
trained = "random numbers, in a test"
"""

TRIPLETS = """
[inputs.triplets]
kind = "triplets"
pad = "end"
pad_value = 1e-9
"""


def declare(directory: Path, name: str, body: str = TRIPLETS, /, **changed: str) -> Path:
    """Write a declaration; `changed` replaces whole lines of the head by their key."""
    lines = HEAD.format(name=name).strip().splitlines()
    kept = [line for line in lines if line.split(" ")[0] not in changed]
    file = directory / f"{name}.toml"
    file.write_text("\n".join([*kept, *(f"{k} = {v}" for k, v in changed.items() if v), body]))
    return file


def braai(directory: Path, name: str = "braai") -> tuple[Path, np.ndarray[Any, Any]]:
    """Write a model with the input of ZTF's braai: L2-normalised triplets, 63 x 63 x 3."""
    weights = dense(directory / f"{name}.onnx", {"triplets": ["n", 63, 63, 3]})
    return declare(directory, name), weights["triplets"]


def acai(directory: Path, name: str = "acai_h") -> tuple[Path, dict[str, np.ndarray[Any, Any]]]:
    """Write a model with the inputs of ACAI: 25 named features and triplets."""
    weights = dense(
        directory / f"{name}.onnx", {"features": ["n", len(ACAI), 1], "triplets": ["n", 63, 63, 3]}
    )
    # the features are not normalised, and ra alone would saturate the sigmoid
    columns = ",\n".join(f'{{ name = "candidate.{one}", scale = 100.0 }}' for one in ACAI if one != "drb")
    first = '{ name = "candidate.drb", default = 0.5, scale = 100.0 }'
    body = f'{TRIPLETS}\n[inputs.features]\nkind = "columns"\ncolumns = [\n{first},\n{columns}\n]'
    return declare(directory, name, body), weights
