"""The services that the hub runs, each behind a guard that restarts it quickly."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nightdesk_gateway
from nightdesk.settings import Settings

from nightdesk_hub.launcher.leftovers import MARK
from nightdesk_hub.launcher.parts import health_urls
from nightdesk_hub.roles import PAGE_SCOPES

IDLE_SECONDS = 4 * 3600
"""Idle time after which a user's server is ended."""


def guarded(settings: Settings, name: str, command: list[str], **ports: int) -> dict[str, Any]:
    """Return the common part of a managed service.

    Managed services do not inherit the hub's environment, so the settings are passed explicitly.
    """
    guard = [sys.executable, "-m", "nightdesk_hub.launcher.guard", f"--name={name}"]
    guard += [f"--data-dir={settings.data_dir}"]
    guard += [f"--port={setting}={number}" for setting, number in ports.items()]
    if health := health_urls(settings).get(name):
        guard.append(f"--health={health}")
    passed = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONUNBUFFERED", MARK)
    environment = {key: os.environ[key] for key in passed if key in os.environ}
    return {
        "name": name,
        "command": [*guard, "--", *command],
        "environment": environment | settings.environment(),
        "cwd": str(settings.data_dir),
        "display": False,
    }


def services(settings: Settings) -> list[dict[str, Any]]:
    """Return the services in the form of ``c.JupyterHub.services``."""
    python = [sys.executable, "-m"]
    local = "http://127.0.0.1"
    found = [
        guarded(
            settings,
            "idle-culler",
            [*python, "jupyterhub_idle_culler", f"--timeout={IDLE_SECONDS}"],
        ),
        guarded(
            settings, "marshal", [*python, "nightdesk_services.marshal"], marshal_port=settings.marshal_port
        )
        | {"url": f"{local}:{settings.marshal_port}"},
        guarded(settings, "broker", [*python, "nightdesk_services.broker"], broker_port=settings.broker_port)
        | {"url": f"{local}:{settings.broker_port}"},
        # the launcher's "stream" is Kafka, so the process has another name than the page
        guarded(
            settings, "monitor", [*python, "nightdesk_services.monitor"], monitor_port=settings.monitor_port
        )
        | {
            "name": "stream",
            "url": f"{local}:{settings.monitor_port}",
            "display": True,
            "oauth_no_confirm": True,
            # with the person's own token the page asks the broker for what changes something
            "oauth_client_allowed_scopes": list(PAGE_SCOPES),
        },
    ]
    notifier = guarded(
        settings, "notifier", [*python, "nightdesk_services.notifier"], notifier_port=settings.notifier_port
    )
    # it alone is told how to reach the mail server and the like
    notifier["environment"] |= settings.secrets("notify_")
    found.append(notifier)
    if not settings.gateway_url:
        config = Path(nightdesk_gateway.__file__ or "").with_name("config.py")
        found.append(
            guarded(
                settings,
                "dask-gateway",
                [*python, "dask_gateway_server", f"--config={config}"],
                gateway_port=settings.gateway_port,
                gateway_proxy_port=settings.gateway_proxy_port,
            )
            | {"url": f"{local}:{settings.gateway_port}"}
        )
    return found
