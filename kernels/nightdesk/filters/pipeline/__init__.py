"""Filters as MongoDB aggregation pipelines, evaluated column by column."""

from __future__ import annotations

from nightdesk.filters.pipeline.batch import Batch
from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.pipeline import Pipeline, Result, StageReport, run_all

__all__ = ["Batch", "Pipeline", "PipelineError", "Result", "StageReport", "run_all"]
