"""What trained models say of an alert."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Final

import numpy as np
import polars as pl
from nightdesk.ml import Model, ModelError, Registry, Stamps

from nightdesk_services.broker.services.stages.base import Stage
from nightdesk_services.broker.services.work import Work

log = logging.getLogger(__name__)

Document = dict[str, Any]

PREFIX: Final = "ml."
VERSION: Final = "_version"
# An error that stays is told this often, not once a batch.
_REPORT_EVERY = 30.0


class ML(Stage):
    """Runs every model of the alerts' survey, each one apart from the others.

    Column ``ml.<model>`` is a single score, ``ml.<model>.<class>`` a probability, ``ml.<model>_version`` what
    gave it; null where a cutout is missing or cannot be read. A model that fails leaves nulls and a line in
    the log.

    Parameters
    ----------
    registry
        The models.
    others
        Stages whose columns the models may read; it runs after those that they do read.
    """

    name = "ml"
    inputs: ClassVar[tuple[str, ...]] = ()
    outputs = (f"{PREFIX}*",)

    def __init__(self, registry: Registry, others: Sequence[Stage] = ()) -> None:
        self._registry = registry
        self._reported: dict[str, float] = {}
        # which other stages must run first is known only with the models
        self.inputs = _reads(registry, others)  # type: ignore[misc]

    def run(self, work: Work) -> None:
        """Add the scores."""
        stamps = Stamps(work.batch.cutouts)
        columns: list[pl.Series] = []
        for model in self._registry.of(work.batch.survey):
            scores = self._scores(model, work, stamps)
            names = [f"{PREFIX}{model.name}.{one}" for one in model.classes] or [f"{PREFIX}{model.name}"]
            columns += [
                pl.Series(name, scores[:, i].astype(np.float64), nan_to_null=True)
                for i, name in enumerate(names)
            ]
            version = pl.repeat(model.version, len(work.batch), dtype=pl.String, eager=True)
            columns.append(version.alias(f"{PREFIX}{model.name}{VERSION}"))
        work.add(pl.DataFrame(columns))
        work.documents["classifications"] = classifications(work.frame)

    def _scores(self, model: Model, work: Work, stamps: Stamps) -> np.ndarray[Any, np.dtype[np.float32]]:
        try:
            return model.predict(work.batch, stamps)
        except ModelError as error:
            now = time.monotonic()
            if now - self._reported.get(model.name, float("-inf")) >= _REPORT_EVERY:
                log.warning("model %s version %s: %s", model.name, model.version, error)
                self._reported[model.name] = now
            return np.full((len(work.batch), len(model.classes) or 1), np.nan, dtype=np.float32)


def _reads(registry: Registry, others: Sequence[Stage]) -> tuple[str, ...]:
    """Return the columns of models that stages make; other names with a dot are records of the packet."""
    made = [pattern for stage in others for pattern in stage.outputs]
    wanted = dict.fromkeys(column for model in registry for column in model.columns)
    return tuple(c for c in wanted if "." not in c or any(fnmatchcase(c, pattern) for pattern in made))


def classifications(frame: pl.DataFrame) -> list[Document]:
    """Return what each alert's document says under ``classifications``, from the columns of the stage.

    Kowalski's shape: ``{"braai": 0.99, "braai_version": "d6_m9"}``; a model with classes has a document of
    probabilities in place of the number. An alert without a score has None.
    """
    scores = frame.select(pl.col(f"^{PREFIX.replace('.', '[.]')}.*$"))
    if not scores.columns:
        # a frame without columns has no rows either
        return [{} for _ in range(frame.height)]
    names = [column.removeprefix(PREFIX) for column in scores.columns]
    made: list[Document] = []
    for row in scores.iter_rows():
        document: Document = {}
        for name, value in zip(names, row, strict=True):
            model, _, one = name.partition(".")
            if not one:
                document[model] = value
            elif value is None:
                document.setdefault(model, None)
            else:
                document.setdefault(model, {})[one] = value
        made.append(document)
    return made
