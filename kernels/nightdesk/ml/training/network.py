"""The network: five small convolutions and two dense layers; 66 thousand parameters."""

from __future__ import annotations

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np

Parameters = dict[str, jax.Array]

CONVOLUTIONS: Final = (
    # name, channels in, channels out, stride; 3x3, no padding: 31 -> 29 -> 14 -> 12 -> 5 -> 3 pixels
    ("conv1", 3, 16, 1),
    ("conv2", 16, 24, 2),
    ("conv3", 24, 32, 1),
    ("conv4", 32, 48, 2),
    ("conv5", 48, 64, 1),
)
LAST: Final = 64 * 3 * 3
HIDDEN: Final = 48


def initial(seed: int) -> Parameters:
    """Return random parameters (He et al. 2015), the same for the same seed."""
    rng = np.random.default_rng(seed)
    found: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = {}
    for name, before, after, _ in CONVOLUTIONS:
        found[f"{name}.weight"] = rng.normal(0, np.sqrt(2 / (9 * before)), (after, before, 3, 3))
        found[f"{name}.bias"] = np.zeros(after)
    for name, before, after in (("dense1", LAST, HIDDEN), ("dense2", HIDDEN, 1)):
        found[f"{name}.weight"] = rng.normal(0, np.sqrt(2 / before), (before, after))
        found[f"{name}.bias"] = np.zeros(after)
    return {name: jnp.asarray(values, dtype=jnp.float32) for name, values in found.items()}


def logits(parameters: Parameters, images: jax.Array, keep: jax.Array | None = None) -> jax.Array:
    """Return the log-odds of being real, shape (alerts,).

    Parameters
    ----------
    images
        Shape (alerts, 3, 31, 31).
    keep
        In training, factors for the last features (dropout), shape (alerts, LAST).
    """
    values = images
    for name, _, _, stride in CONVOLUTIONS:
        values = jax.lax.conv_general_dilated(
            values,
            parameters[f"{name}.weight"],
            (stride, stride),
            "VALID",
            dimension_numbers=("NCHW", "OIHW", "NCHW"),
        )
        values = jax.nn.relu(values + parameters[f"{name}.bias"][None, :, None, None])
    flat = values.reshape(len(values), -1)
    if keep is not None:
        flat = flat * keep
    hidden = jax.nn.relu(flat @ parameters["dense1.weight"] + parameters["dense1.bias"])
    return (hidden @ parameters["dense2.weight"] + parameters["dense2.bias"])[:, 0]
