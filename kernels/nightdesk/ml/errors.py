"""What can be wrong with a model or a stamp."""

from __future__ import annotations


class ModelError(ValueError):
    """A model's declaration or graph cannot be used; the message says which file and what in it."""


class StampError(ValueError):
    """A cutout's bytes hold no image that can be read."""
