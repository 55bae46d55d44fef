"""A pipeline on a store of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from nightdesk.settings import Settings
from nightdesk_services.broker.factory import build_pipeline, prepare_store
from nightdesk_services.broker.services.pipeline import Pipeline


@pytest.fixture
def new_pipeline(settings: Settings) -> Callable[[], Pipeline]:
    """Makes pipelines on a prepared store, as worker processes do."""
    prepare_store(settings)
    return lambda: build_pipeline(settings)


@pytest.fixture
def pipeline(new_pipeline: Callable[[], Pipeline]) -> Pipeline:
    return new_pipeline()
