"""Nightdesk's library: what runs inside a notebook kernel and on a Dask worker.

Everything that a panel shows is an object here::

    import nightdesk

    nightdesk.candidates()                   # tonight's, with pictures
    source = nightdesk.source("ZTF18aabtxvd")
    source.light_curve                       # a polars frame
    source.save(group="Sitewide Group")

The names below are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nightdesk.client.desk import Desk as Desk
    from nightdesk.client.errors import NightdeskError as NightdeskError
    from nightdesk.client.session import alert_table as alert_table
    from nightdesk.client.session import candidates as candidates
    from nightdesk.client.session import connect as connect
    from nightdesk.client.session import desk as desk
    from nightdesk.client.session import select as select
    from nightdesk.client.session import selection as selection
    from nightdesk.client.session import source as source
    from nightdesk.client.session import sources as sources
    from nightdesk.clusters import cluster as cluster

_HOMES = {
    "Desk": "nightdesk.client.desk",
    "NightdeskError": "nightdesk.client.errors",
    "alert_table": "nightdesk.client.session",
    "candidates": "nightdesk.client.session",
    "cluster": "nightdesk.clusters",
    "connect": "nightdesk.client.session",
    "desk": "nightdesk.client.session",
    "select": "nightdesk.client.session",
    "selection": "nightdesk.client.session",
    "source": "nightdesk.client.session",
    "sources": "nightdesk.client.session",
}
_PARTS = ("alerts", "archive", "client", "filters", "photometry", "plots", "sky", "surveys")

__all__ = [*_HOMES, *_PARTS]  # noqa: PLE0604  # names, gathered in two tables


def __getattr__(name: str) -> Any:
    if home := _HOMES.get(name):
        return getattr(import_module(home), name)
    if name in _PARTS:
        return import_module(f"nightdesk.{name}")
    msg = f"module 'nightdesk' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
