"""Whether a graph takes and gives what its declaration says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nightdesk.ml.declaration import Columns, Declaration, Triplets
from nightdesk.ml.errors import ModelError

Shape = list[int | str | None]
TRIAL = 2
"""Alerts in the run that shows whether a graph works."""


def shapes(spec: Triplets | Columns) -> list[Shape]:
    """Return the shapes that an input may have; the first axis counts the alerts."""
    if isinstance(spec, Columns):
        return [[None, len(spec.columns)], [None, len(spec.columns), 1]]
    side, kinds = spec.size, len(spec.order)
    return [[None, side, side, kinds]] if spec.layout == "NHWC" else [[None, kinds, side, side]]


def check(session: Any, declaration: Declaration) -> tuple[dict[str, Shape], str]:
    """Compare a loaded graph with its declaration.

    Parameters
    ----------
    session
        An ``onnxruntime.InferenceSession``.

    Returns
    -------
    inputs
        Shape of each input; the first axis counts the alerts.
    output
        Name of the output.

    Raises
    ------
    ModelError
        Names the first thing that differs.
    """
    there = {one.name: one for one in session.get_inputs()}
    for name in declaration.inputs:
        if name not in there:
            msg = f"inputs.{name}: the graph has no such input; it has {_listed(there)}"
            raise ModelError(msg)
    if missing := [name for name in there if name not in declaration.inputs]:
        msg = f"the graph's input {missing[0]} is not declared"
        raise ModelError(msg)
    found = {name: _input(name, there[name], spec) for name, spec in declaration.inputs.items()}
    outputs = [one.name for one in session.get_outputs()]
    output = declaration.output.name or (outputs[0] if len(outputs) == 1 else None)
    if output is None:
        msg = f"output.name: the graph has several outputs; say which of {_listed(outputs)}"
        raise ModelError(msg)
    if output not in outputs:
        msg = f"output.name: the graph has no output {output}; it has {_listed(outputs)}"
        raise ModelError(msg)
    _try(session, declaration, found, output)
    return found, output


def _input(name: str, one: Any, spec: Triplets | Columns) -> Shape:
    """Return the shape of an input."""
    if one.type != "tensor(float)":
        msg = f"inputs.{name}: the graph wants {one.type}, only tensor(float) is given"
        raise ModelError(msg)
    shape: Shape = list(one.shape)
    allowed = shapes(spec)
    for wanted in allowed:
        if len(wanted) == len(shape) and all(
            a == b for a, b in zip(shape[1:], wanted[1:], strict=True) if isinstance(a, int)
        ):
            if isinstance(shape[0], int):
                msg = f"inputs.{name}: the graph takes {shape[0]} alerts at a time; make its first axis free"
                raise ModelError(msg)
            return wanted
    told = " or ".join(_shown(one) for one in allowed)
    msg = f"inputs.{name}: the graph wants {_shown(shape)}, declared is {told}"
    raise ModelError(msg)


def _try(session: Any, declaration: Declaration, inputs: dict[str, Shape], output: str) -> None:
    """Run the graph once: a free axis, or a node that this machine cannot run, shows only so."""
    zeros = {
        name: np.zeros([TRIAL, *(axis for axis in shape[1:] if isinstance(axis, int))], dtype=np.float32)
        for name, shape in inputs.items()
    }
    try:
        (values,) = session.run([output], zeros)
    except Exception as error:
        msg = f"the graph does not run: {error}"
        raise ModelError(msg) from error
    scores(values, TRIAL, declaration)


def scores(values: Any, number: int, declaration: Declaration) -> NDArray[np.float32]:
    """Return an output as one row per alert and one column per class.

    Raises
    ------
    ModelError
        If it has another shape or no numbers.
    """
    wanted = len(declaration.output.classes) or 1
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        msg = f"output: it is {getattr(values, 'dtype', type(values).__name__)}, not float"
        raise ModelError(msg)
    if values.ndim == 1 and wanted == 1:
        values = values[:, None]
    if values.shape != (number, wanted):
        what = f"{wanted} classes are declared" if declaration.output.classes else "one score is declared"
        msg = f"output: {number} alerts give {_shown(list(values.shape))}, but {what}"
        raise ModelError(msg)
    return values.astype(np.float32)


def _shown(shape: Sequence[int | str | None]) -> str:
    return "(" + ", ".join(str(axis) if isinstance(axis, int) else "alerts" for axis in shape) + ")"


def _listed(names: Any) -> str:
    return ", ".join(names)
