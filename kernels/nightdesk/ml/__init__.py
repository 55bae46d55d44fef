"""Machine-learned scores of alerts: models declared by a file, run in batches.

A model is an ONNX graph and a small TOML file beside it that says what goes in (cutouts, with their
preprocessing, and named columns) and what comes out; `Declaration` says what stands in it.
"""

from __future__ import annotations

from nightdesk.ml.declaration import Column, Columns, Declaration, Output, Triplets
from nightdesk.ml.errors import ModelError, StampError
from nightdesk.ml.model import Model
from nightdesk.ml.registry import Registry
from nightdesk.ml.stamps import Stamps, read

__all__ = [
    "Column",
    "Columns",
    "Declaration",
    "Model",
    "ModelError",
    "Output",
    "Registry",
    "StampError",
    "Stamps",
    "Triplets",
    "read",
]
