"""What of the official clients works here: a line for each function, in ``build/conformance.json``."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from types import FunctionType

from skyportal_py.client import SkyPortal

OUT = Path(__file__).parents[2] / "build" / "conformance.json"
PARTS = OUT.with_suffix(".parts")

NAMED = frozenset(
    (
        "sources",
        "candidates",
        "objs",
        "photometry",
        "photometric_series",
        "spectra",
        "thumbnails",
        "comments",
        "annotations",
        "classifications",
        "taxonomies",
        "tags",
        "listings",
        "reminders",
        "groups",
        "group_admission_requests",
        "invitations",
        "teams",
        "users",
        "profile",
        "roles",
        "acls",
        "tokens",
        "streams",
        "filters",
        "source_groups",
        "telescopes",
        "instruments",
        "allocations",
        "followup_requests",
        "observing_runs",
        "assignments",
        "shifts",
        "news_feed",
        "sharing",
        "system",
    )
)
"""Modules of the client that a marshal is made of; the others serve what this desk does in other ways."""

FUNCTIONS = {
    f"{value.__module__.rsplit('.', 1)[-1]}.{value.__name__}": name
    for name, value in vars(SkyPortal).items()
    if isinstance(value, FunctionType) and value.__module__ != SkyPortal.__module__
}
"""``module.function`` -> the client's method."""

PENQUINS = tuple(
    f"penquins.{name}"
    for name in (
        "authenticate",
        "ping",
        "aggregate",
        "cone_search",
        "count_documents",
        "estimated_document_count",
        "find",
        "find_one",
        "info",
        "near",
        "skymap",
        "batch",
        "instances",
        "filters",
        "cutouts",
        "classifications",
    )
)
"""What Kowalski's client asks for: its types of query, and what else it does."""


def share(results: dict[str, str]) -> tuple[int, int]:
    """Return how many functions of the named modules pass, and how many there are."""
    named = [name for name in FUNCTIONS if name.split(".")[0] in NAMED]
    return sum(results.get(name) == "pass" for name in named), len(named)


def keep(results: dict[str, str]) -> None:
    """Keep what one process of the test run found out."""
    PARTS.mkdir(parents=True, exist_ok=True)
    name = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.json"
    (PARTS / name).write_text(json.dumps(results))


def merge() -> str:
    """Write the report of a whole run and return a line about it, empty if nothing was tested."""
    found: dict[str, set[str]] = {}
    for part in sorted(PARTS.glob("*.json")):
        for name, result in json.loads(part.read_text()).items():
            found.setdefault(name, set()).add(result)
        part.unlink()
    if not found:
        return ""
    results = {}
    for name in sorted(FUNCTIONS):
        reasons = found.get(name, set())
        failed = sorted(reasons - {"pass"})
        lack = "no test calls it" if name.split(".")[0] in NAMED else "not a part of this desk"
        results[name] = failed[0] if failed else ("pass" if reasons else lack)
    for name in PENQUINS:
        reasons = found.get(name, set())
        results[name] = next(iter(sorted(reasons - {"pass"})), "pass" if reasons else "no test calls it")
    OUT.write_text(json.dumps(results, indent=1) + "\n")
    passed, named = share(results)
    lacking = Counter(n.split(".")[0] for n in FUNCTIONS if n.split(".")[0] in NAMED and results[n] != "pass")
    where = ", ".join(f"{module} {count}" for module, count in sorted(lacking.items()))
    return f"skyportal-py: {passed} of {named} functions of the named modules pass" + (
        f"; lacking: {where}" if where else ""
    )
