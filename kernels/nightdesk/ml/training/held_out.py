"""Scores of nights that the network has not seen, through the files that are shipped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from nightdesk.ml.model import Model
from nightdesk.ml.training.recipe import Part, batches


def scored(model: Model, wanted: Sequence[Part]) -> pl.DataFrame:
    """Return the truth of some nights (see `recipe.Examples`) with a model's score, column ``network``."""
    found = []
    for part in wanted:
        for batch, truth in batches(part):
            score = model.predict(batch)[:, 0].astype(np.float64)
            found.append(truth.with_columns(pl.Series("network", score, nan_to_null=True)))
    return pl.concat(found)
