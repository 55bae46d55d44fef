"""Fixtures for pipelines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernels.filters.pipeline import mingo


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where mingo is."""
    try:
        return mingo.folder(tmp_path_factory.mktemp("mingo"))
    except mingo.Unavailable as error:
        pytest.skip(f"mingo cannot be run: {error}")
