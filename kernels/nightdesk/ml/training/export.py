"""The network as an ONNX graph, written node by node."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from nightdesk.ml.training.network import CONVOLUTIONS, Parameters
from nightdesk.ml.training.recipe import SIZE

OPSET = 17


def write(parameters: Parameters, calibration: tuple[float, float], path: Path) -> None:
    """Write the calibrated network: ``triplets`` (alerts, 3, 31, 31) -> ``score`` (alerts, 1), 0 to 1.

    Parameters
    ----------
    calibration
        Slope and intercept of the log-odds; they go into the last layer.
    """
    weights = {name: np.asarray(values, dtype=np.float32) for name, values in parameters.items()}
    slope, intercept = calibration
    weights["dense2.weight"] = (weights["dense2.weight"] * slope).astype(np.float32)
    weights["dense2.bias"] = (weights["dense2.bias"] * slope + intercept).astype(np.float32)
    nodes, last = [], "triplets"
    for name, _, _, stride in CONVOLUTIONS:
        inputs = [last, f"{name}.weight", f"{name}.bias"]
        nodes.append(
            helper.make_node("Conv", inputs, [f"{name}.sum"], kernel_shape=[3, 3], strides=[stride, stride])
        )
        nodes.append(helper.make_node("Relu", [f"{name}.sum"], [f"{name}.out"]))
        last = f"{name}.out"
    nodes += [
        helper.make_node("Flatten", [last], ["flat"], axis=1),
        helper.make_node("Gemm", ["flat", "dense1.weight", "dense1.bias"], ["dense1.sum"]),
        helper.make_node("Relu", ["dense1.sum"], ["dense1.out"]),
        helper.make_node("Gemm", ["dense1.out", "dense2.weight", "dense2.bias"], ["odds"]),
        helper.make_node("Sigmoid", ["odds"], ["score"]),
    ]
    graph = helper.make_graph(
        nodes,
        "realbogus",
        [helper.make_tensor_value_info("triplets", TensorProto.FLOAT, ["alerts", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["alerts", 1])],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="nightdesk", ir_version=8
    )
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())
