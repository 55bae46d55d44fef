"""The programs that the launcher itself runs: store, stream, proxy, hub, simulator."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from nightdesk.settings import PREFIX, Settings

from nightdesk_hub.embedded import EmbeddedServer, choose
from nightdesk_hub.launcher.probe import answers
from nightdesk_hub.launcher.watched import Program


def base_environment(settings: Settings) -> dict[str, str]:
    """Return this process's environment with exactly these settings in it, and no other of ours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith((PREFIX, "JUPYTERHUB_"))}
    for extra in (PREFIX + "KAFKA_JARS",):
        if extra in os.environ:
            kept[extra] = os.environ[extra]
    beside = str(Path(sys.executable).parent)
    path = kept.get("PATH", os.defpath)
    if beside not in path.split(os.pathsep):
        path = f"{beside}{os.pathsep}{path}"
    return kept | settings.environment() | {"PATH": path, "PYTHONUNBUFFERED": "1"}


def embedded(settings: Settings, environment: dict[str, str]) -> list[Program]:
    """Return the store and the stream, unless the settings name a site's.

    Raises
    ------
    LookupError
        No server of the kind can run on this machine.
    """
    servers: list[EmbeddedServer] = []
    if not settings.store_uri:
        servers.append(choose("store", settings))
    if not settings.stream_bootstrap:
        servers.append(choose("stream", settings))
    return [
        Program(
            name=server.kind,
            command=server.command,
            ready=server.ready,
            prepare=server.prepare,
            environment=lambda server=server: environment | server.environment(),  # type: ignore[misc]
            ports=server.ports(),
            stop_timeout=30,
        )
        for server in servers
    ]


def proxy_command() -> str:
    """Return the path of configurable-http-proxy.

    Raises
    ------
    LookupError
        It is not installed.
    """
    beside = Path(__file__).parents[2] / "node_modules" / ".bin" / "configurable-http-proxy"
    found = str(beside) if beside.exists() else shutil.which("configurable-http-proxy")
    if not found or not shutil.which("node"):
        what = "Node.js 20" if found else "configurable-http-proxy"
        msg = (
            f"{what} is missing; run `make install` in the checkout, or install it so that it is on the PATH"
        )
        raise LookupError(msg)
    return found


def proxy(settings: Settings, environment: dict[str, str]) -> Program:
    """Return the proxy; the hub tells it the routes, so that users stay connected while the hub restarts."""
    hub = f"http://127.0.0.1:{settings.hub_api_port}"
    command = [
        proxy_command(),
        "--ip=127.0.0.1",
        f"--port={settings.hub_port}",
        "--api-ip=127.0.0.1",
        f"--api-port={settings.proxy_api_port}",
        f"--default-target={hub}",
        f"--error-target={hub}/hub/error",
        "--log-level=warn",
    ]
    return Program(
        name="proxy",
        command=lambda: command,
        ready=lambda: answers(f"http://127.0.0.1:{settings.proxy_api_port}/api/routes"),
        environment=lambda: environment,
        ports={"hub_port": settings.hub_port, "proxy_api_port": settings.proxy_api_port},
    )


def hub(settings: Settings, environment: dict[str, str]) -> Program:
    """Return the hub, which runs the services and the users' servers."""
    config = Path(__file__).parents[1] / "jupyterhub_config.py"
    home = settings.data_dir / "hub"

    def prepare() -> None:
        home.mkdir(mode=0o700, exist_ok=True)

    return Program(
        name="hub",
        command=lambda: [sys.executable, "-m", "nightdesk_hub.app", f"--config={config}"],
        ready=lambda: answers(f"http://127.0.0.1:{settings.hub_api_port}/hub/api/"),
        # the hub starts the notifier, which alone is given them
        environment=lambda: environment | settings.secrets("notify_"),
        prepare=prepare,
        ports={"hub_api_port": settings.hub_api_port},
        # It ends its services and the users' servers first.
        stop_timeout=60,
    )


def simulator(settings: Settings, environment: dict[str, str], rate: float) -> Program:
    """Return the live simulated night, at a rate in alerts per second."""
    command = [sys.executable, "-m", "nightdesk_hub.cli", "simulate", "--live", "--survey=both"]
    return Program(
        name="simulator",
        command=lambda: [*command, f"--rate={rate}", f"--data-dir={settings.data_dir}"],
        ready=lambda: True,
        environment=lambda: environment,
    )


def all_ports(settings: Settings, programs: list[Program]) -> dict[str, int]:
    """Return every port that the platform will use, by the name of the setting."""
    ports = {name: port for program in programs for name, port in program.ports.items()}
    ports |= {
        "marshal_port": settings.marshal_port,
        "broker_port": settings.broker_port,
        "monitor_port": settings.monitor_port,
        "notifier_port": settings.notifier_port,
    }
    if not settings.gateway_url:
        ports |= {
            "gateway_port": settings.gateway_port,
            "gateway_proxy_port": settings.gateway_proxy_port,
        }
    return ports


def health_urls(settings: Settings) -> dict[str, str]:
    """Return where each of the hub's services tells that it is well."""
    local = "http://127.0.0.1"
    urls = {
        "marshal": f"{local}:{settings.marshal_port}/services/marshal/health",
        "broker": f"{local}:{settings.broker_port}/services/broker/health",
        "monitor": f"{local}:{settings.monitor_port}/services/stream/health",
        "notifier": f"{local}:{settings.notifier_port}/services/notifier/health",
    }
    if not settings.gateway_url:
        urls["dask-gateway"] = f"{local}:{settings.gateway_port}/services/dask-gateway/api/health"
    return urls
