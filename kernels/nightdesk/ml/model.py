"""A model that scores alerts."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from nightdesk.alerts import AlertBatch
from nightdesk.ml import graph
from nightdesk.ml.columns import matrix
from nightdesk.ml.declaration import Columns, Declaration
from nightdesk.ml.errors import ModelError
from nightdesk.ml.stamps import Stamps

EXTRA: Final = "nightdesk[ml]"

Scores = NDArray[np.float32]


class Model:
    """A network as its file declares it, loaded and checked.

    Parameters
    ----------
    file
        The declaration, ``<name>.toml``; the ONNX file lies beside it.

    Raises
    ------
    ModelError
        If declaration, graph, or both together cannot be used; the message names the file and the field.
    """

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)
        self.declaration = _declared(self.file)
        self._session = _session(self.file.parent / self.declaration.file, self.file)
        try:
            self._shapes, self._output = graph.check(self._session, self.declaration)
        except ModelError as error:
            msg = f"{self.file}: {error}"
            raise ModelError(msg) from error

    def __repr__(self) -> str:
        return f"<Model {self.name} {self.version} for {', '.join(self.declaration.surveys)}>"

    @property
    def name(self) -> str:
        """Key of its scores."""
        return self.declaration.name

    @property
    def version(self) -> str:
        """Stored beside every score."""
        return self.declaration.version

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the columns of its scores; empty for a single score."""
        return self.declaration.output.classes

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the batch that it reads."""
        return self.declaration.columns

    def predict(self, batch: AlertBatch, stamps: Stamps | None = None) -> Scores:
        """Score alerts.

        Parameters
        ----------
        batch
            Alerts of any number. Whether the model is meant for their survey is not asked.
        stamps
            The batch's cutouts where other models read them too, so that they are read once.

        Returns
        -------
        scores
            Shape (alerts, classes), or (alerts, 1) for a single score. NaN for an alert of which a cutout is
            missing or cannot be read, or a column without default is null.

        Raises
        ------
        ModelError
            If a column holds no numbers, or the graph fails.
        """
        number, width = len(batch), len(self.classes) or 1
        found = np.full((number, width), np.nan, dtype=np.float32)
        given: dict[str, tuple[NDArray[np.float32], NDArray[np.int64]]] = {}
        rows = np.arange(number)
        for name, spec in self.declaration.inputs.items():
            if isinstance(spec, Columns):
                given[name] = matrix(batch.frame, spec)
            else:
                stamps = stamps or Stamps(batch.cutouts)
                given[name] = stamps.prepared(spec)
            rows = np.intersect1d(rows, given[name][1], assume_unique=True)
        inputs = {name: _of(values, there, rows) for name, (values, there) in given.items()}
        for start in range(0, len(rows), self.declaration.batch):
            part = slice(start, start + self.declaration.batch)
            found[rows[part]] = self._run({name: values[part] for name, values in inputs.items()})
        return found

    def _run(self, inputs: dict[str, NDArray[np.float32]]) -> Scores:
        number = len(next(iter(inputs.values())))
        shaped = {
            name: values[..., None] if values.ndim < len(self._shapes[name]) else values
            for name, values in inputs.items()
        }
        try:
            (values,) = self._session.run([self._output], shaped)
        except Exception as error:
            msg = f"{self.name}: the graph failed: {error}"
            raise ModelError(msg) from error
        scores = _activated(graph.scores(values, number, self.declaration), self.declaration)
        scores[~np.isfinite(scores).all(axis=1)] = np.nan
        return scores


def _of(
    values: NDArray[np.float32], there: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return the values of some of the rows that are there."""
    return values if len(there) == len(rows) else values[np.searchsorted(there, rows)]


def _activated(values: Scores, declaration: Declaration) -> Scores:
    with np.errstate(over="ignore", invalid="ignore"):
        match declaration.output.activation:
            case "sigmoid":
                # the tangent does not overflow
                return (0.5 + 0.5 * np.tanh(0.5 * values)).astype(np.float32)
            case "softmax":
                powers = np.exp(values - values.max(axis=1, keepdims=True))
                return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return values


def _declared(file: Path) -> Declaration:
    try:
        return Declaration.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        msg = f"{file}: {place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}"
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"{file}: {error}"
    raise ModelError(msg)


def _session(path: Path, declared_by: Path) -> Any:
    if not path.is_file():
        msg = f"{declared_by}: file: there is no {path}"
        raise ModelError(msg)
    try:
        import onnxruntime
    except ImportError as error:
        msg = f"{declared_by}: models need {EXTRA}"
        raise ModelError(msg) from error
    options = onnxruntime.SessionOptions()
    # a worker is one core's; threads that wait would burn the others'
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        msg = f"{path}: not a graph that can be run: {error}"
        raise ModelError(msg) from error
