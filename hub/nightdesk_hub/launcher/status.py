"""What runs on a data directory, as ``nightdesk status`` tells it to people and programs."""

from __future__ import annotations

from typing import Any

from nightdesk_hub.launcher.state import Desk


def describe(desk: Desk) -> dict[str, Any]:
    """Return the platform's state as JSON can hold it.

    ``ready`` is set once everything has been started; ``healthy`` when every process answers now.
    """
    about = desk.running()
    if about is None:
        return {
            "running": False,
            "ready": False,
            "healthy": False,
            "data_dir": str(desk.path),
            "processes": [],
        }
    rows = [
        {
            "name": process.name,
            "pid": process.pid,
            "state": process.state,
            "restarts": process.restarts,
            "since": process.since or None,
            "port": process.port,
            "healthy": process.healthy,
            "reason": process.reason,
        }
        for process in desk.processes()
    ]
    return {
        "running": True,
        "ready": about["ready"],
        "healthy": about["ready"] and all(row["healthy"] for row in rows),
        "url": about["url"],
        "pid": about["pid"],
        "since": about["started"],
        "data_dir": str(desk.path),
        "simulate": about["simulate"],
        "settings": about["settings"],
        "processes": rows,
    }
