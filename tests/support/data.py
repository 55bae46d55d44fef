"""Real packets and catalogues; they live beside the project, not in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("NIGHTDESK_TEST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"real packets are not at {DATA} (set NIGHTDESK_TEST_DATA)"
)
