"""The data: triplets of simulated nights with their truth, separate seeds for each purpose."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nightdesk.alerts import AlertBatch, decode
from nightdesk.ml.declaration import Triplets
from nightdesk.ml.stamps import Stamps
from nightdesk.simulate import KINDS, Night
from nightdesk.surveys import get

SIZE: Final = 31
"""Pixels of the network's input: 31 arcsec of ZTF, and all of Rubin's 30 pixels."""
MARGIN: Final = 1
"""Pixels more on each side of the training stamps, so that they can be shifted."""

SPEC: Final = Triplets(
    kind="triplets", size=SIZE, layout="NCHW", nan="median", normalise="robust", stretch="asinh"
)

EVEN: Final[Mapping[str, float]] = {kind.label: kind.share * (1.0 if kind.real else 4.0) for kind in KINDS}
"""Shares of classes with as many bogus alerts as real ones."""


@dataclass(frozen=True)
class Part:
    """Some alerts of one night."""

    survey: str
    seed: int
    number: int
    mix: Mapping[str, float] | None = None
    """None: the simulator's own, four real alerts for one bogus."""
    density: float = 30.0
    """Alerts in a visit; few, so that there are many visits, each with its own seeing and sky."""


def parts(seeds: Sequence[int], number: int, mix: Mapping[str, float] | None = None) -> list[Part]:
    """Return one part of `number` alerts for each seed and survey."""
    return [Part(survey, seed, number, mix) for seed in seeds for survey in ("ZTF", "LSST")]


TRAIN: Final = parts((101, 102, 103, 104), 3200, EVEN)
WATCH: Final = parts((201,), 1500, EVEN)
CALIBRATE: Final = parts((301, 302), 2500)
TEST: Final = parts((401, 402, 403), 1500)


@dataclass(frozen=True)
class Examples:
    """Prepared triplets with their truth."""

    images: NDArray[np.float32]
    """As the network reads them, with a margin if asked for."""
    truth: pl.DataFrame
    """One row each: ``survey``, ``seed``, ``label``, ``is_real``, ``snr``, ``score`` (the survey's own)."""

    @property
    def real(self) -> NDArray[np.float32]:
        """1 for a real alert, 0 for a bogus one."""
        return self.truth["is_real"].cast(pl.Float32).to_numpy()


def batches(part: Part, size: int = 500) -> Iterator[tuple[AlertBatch, pl.DataFrame]]:
    """Give the alerts of a part as batches, each with its rows of truth (see `Examples.truth`)."""
    night = Night(part.survey, part.seed, mix=part.mix, density=part.density, nights=None)
    alerts = itertools.islice(night, part.number)
    for start in range(0, part.number, size):
        payloads = [alert.payload for alert in itertools.islice(alerts, size)]
        batch = decode(payloads, get(part.survey)).batch
        truth = night.truth()[start : start + size].select(
            "survey",
            pl.lit(part.seed, pl.Int64).alias("seed"),
            "label",
            "is_real",
            (pl.col("flux_ujy").abs() / pl.col("fluxerr_ujy")).alias("snr"),
        )
        yield batch, truth.with_columns(batch.frame["score"])


def examples(wanted: Sequence[Part], margin: int = 0) -> Examples:
    """Simulate, decode and prepare; the same parts give the same arrays.

    Parameters
    ----------
    margin
        Pixels more on each side.
    """
    spec = SPEC.model_copy(update={"size": SPEC.size + 2 * margin})
    images, truths = [], []
    for part in wanted:
        for batch, truth in batches(part):
            values, rows = Stamps(batch.cutouts).prepared(spec)
            images.append(values)
            truths.append(truth[rows])
    return Examples(np.concatenate(images), pl.concat(truths))
