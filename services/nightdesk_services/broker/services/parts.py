"""A worker's share of a night, as documents hold it: names with dots go into lists, not into keys."""

from __future__ import annotations

from collections import Counter
from typing import Any

from nightdesk_services.broker.models.histogram import Histogram
from nightdesk_services.broker.models.statistics import COUNTS, Statistics

Document = dict[str, Any]


def part_of_survey(survey: str, statistics: Statistics) -> Document:
    """Return what is counted by survey."""
    counts = statistics.counts[survey]
    return {name: counts[name] for name in COUNTS} | {"bytes": statistics.bytes[survey]}


def part_of_stream(statistics: Statistics) -> Document:
    """Return what is counted for all surveys together."""
    return {
        "batches": statistics.batches,
        "retries": statistics.retries,
        "seconds": [[stage, seconds] for stage, seconds in statistics.seconds.items()],
        "filters": [[f, statistics.filter_seconds[f], n] for f, n in statistics.filter_passes.items()],
        "latency": statistics.latency.to_message(),
        "batch_seconds": statistics.batch_seconds.to_message(),
    }


def statistics_of(survey: str, part: Document) -> Statistics:
    """Return what one of the two gave."""
    made = Statistics()
    if "batches" not in part:
        made.counts[survey] = Counter({name: part.get(name, 0) for name in COUNTS})
        made.bytes[survey] = part.get("bytes", 0)
        return made
    made.batches, made.retries = part["batches"], part["retries"]
    made.seconds.update(dict(part["seconds"]))
    for filter_id, seconds, passed in part["filters"]:
        made.record_filter(filter_id, seconds, passed)
    made.latency = Histogram.from_message(part["latency"])
    made.batch_seconds = Histogram.from_message(part["batch_seconds"])
    return made
