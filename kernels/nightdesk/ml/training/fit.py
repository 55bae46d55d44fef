"""Fitting the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from nightdesk.ml.training.augment import augmented
from nightdesk.ml.training.network import LAST, Parameters, initial, logits
from nightdesk.ml.training.recipe import MARGIN, Examples

Floats = NDArray[np.float64]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How long and how fast it learns."""

    epochs: int = 8
    batch: int = 128
    rate: float = 2e-3
    """Largest rate of Adam; it falls to zero along a cosine."""
    decay: float = 1e-4
    dropout: float = 0.3
    seed: int = 20260915


def trained(train: Examples, watch: Examples, plan: Plan, say: Say = print) -> Parameters:
    """Return the parameters after the last epoch.

    Parameters
    ----------
    train
        Examples with a margin of `MARGIN` pixels.
    watch
        Examples without; their loss is told after each epoch and decides nothing.
    """
    rng = np.random.default_rng(plan.seed)
    parameters = initial(plan.seed)
    steps = plan.epochs * (len(train.images) // plan.batch)
    schedule = optax.warmup_cosine_decay_schedule(0.0, plan.rate, max(1, steps // 20), max(2, steps))
    optimiser = optax.adamw(schedule, weight_decay=plan.decay)
    state = optimiser.init(parameters)

    def loss(values: Parameters, images: jax.Array, real: jax.Array, keep: jax.Array) -> jax.Array:
        odds = logits(values, images, keep)
        return jnp.mean(jnp.logaddexp(0.0, odds) - real * odds)

    def step(
        values: Parameters, state: optax.OptState, images: jax.Array, real: jax.Array, keep: jax.Array
    ) -> tuple[Parameters, optax.OptState, jax.Array]:
        cost, slope = jax.value_and_grad(loss)(values, images, real, keep)
        change, state = optimiser.update(slope, state, values)
        return optax.apply_updates(values, change), state, cost

    run = jax.jit(step)
    for epoch in range(plan.epochs):
        costs = []
        for images, real in _shuffled(train, plan.batch, rng):
            keep = (rng.random((len(images), LAST)) >= plan.dropout) / (1.0 - plan.dropout)
            parameters, state, cost = run(
                parameters, state, jnp.asarray(images), jnp.asarray(real), jnp.asarray(keep, jnp.float32)
            )
            costs.append(float(cost))
        watched = _cross_entropy(odds_of(parameters, watch), watch.real)
        say(f"epoch {epoch + 1}: loss {np.mean(costs):.4f}, watched {watched:.4f}")
    return parameters


def _shuffled(
    examples: Examples, batch: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    order, real = rng.permutation(len(examples.images)), examples.real
    for start in range(0, len(order) - batch + 1, batch):
        rows = order[start : start + batch]
        yield augmented(examples.images[rows], MARGIN, rng), real[rows]


def odds_of(parameters: Parameters, examples: Examples) -> Floats:
    """Return the network's log-odds of examples without a margin."""
    run = jax.jit(logits)
    found = [
        np.asarray(run(parameters, jnp.asarray(examples.images[start : start + 500])))
        for start in range(0, len(examples.images), 500)
    ]
    return np.concatenate(found).astype(np.float64)


def _cross_entropy(odds: Floats, real: NDArray[np.float32]) -> float:
    return float(np.mean(np.logaddexp(0.0, odds) - real * odds))
