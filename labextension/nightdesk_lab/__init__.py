"""The server side of the Lab extension: relays the marshal to the browser, which never sees a token."""

from __future__ import annotations

from typing import Any

from nightdesk_lab.app import load


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "nightdesk-lab"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "nightdesk_lab"}]


def _load_jupyter_server_extension(server_app: Any) -> None:
    load(server_app)
