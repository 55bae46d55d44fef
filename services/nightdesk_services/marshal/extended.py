"""MongoDB's extended JSON, in which times and bytes come back as what they were."""

from __future__ import annotations

from typing import Any

from bson import json_util


def dumps(value: Any) -> str:
    """Return a value as text; what is no number of JSON's stands as ``{"$numberDouble": "NaN"}``."""
    return str(json_util.dumps(value))
