"""The whole platform as a person starts it: ``nightdesk up`` on free ports in a temporary directory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
from nightdesk.settings import PREFIX, Settings
from nightdesk_gateway.death import dying_with_me
from nightdesk_hub.launcher.leftovers import MARK
from nightdesk_hub.launcher.state import Desk
from nightdesk_hub.launcher.status import describe
from nightdesk_hub.roles import SERVER_SCOPES

from tests.support.ports import free_ports

PORTS = (
    "store_port",
    "stream_port",
    "stream_controller_port",
    "hub_port",
    "hub_api_port",
    "proxy_api_port",
    "marshal_port",
    "broker_port",
    "monitor_port",
    "notifier_port",
    "gateway_port",
    "gateway_proxy_port",
)
ADMIN = "admin"
ADMIN_PASSWORD = "stars-and-nights"
USER_PASSWORD = "galaxy-far-away"
NIGHTDESK = [sys.executable, "-m", "nightdesk_hub.cli"]


class Platform:
    """A platform that a test may use, look into, and end."""

    def __init__(self, directory: Path, *arguments: str, **settings: Any) -> None:
        self.directory = directory
        self.arguments = arguments
        given = dict(zip(PORTS, free_ports(len(PORTS)), strict=True)) | settings
        self.settings = Settings(data_dir=directory / "data", **given)
        self.log = directory / "up.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.seconds_to_ready = 0.0
        self._tokens: dict[str, str] = {}
        self._passwords = {ADMIN: ADMIN_PASSWORD}

    @property
    def url(self) -> str:
        """URL of the front door."""
        return self.settings.public_url

    @property
    def marshal_url(self) -> str:
        """URL of the marshal as services and notebooks reach it."""
        return self.settings.marshal

    @property
    def gateway_url(self) -> str:
        """URL of the Dask Gateway through the front door."""
        return f"{self.url}/services/dask-gateway"

    @property
    def data_dir(self) -> Path:
        """Directory of all its data."""
        return self.settings.data_dir

    def command_environment(self) -> dict[str, str]:
        """Environment of the ``nightdesk`` command for this platform."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith((PREFIX, "JUPYTERHUB_"))}
        jars = {k: v for k, v in os.environ.items() if k == "NIGHTDESK_KAFKA_JARS"}
        return kept | jars | self.settings.environment() | {"NIGHTDESK_ADMIN_PASSWORD": ADMIN_PASSWORD}

    def start(self, timeout: float = 120, wait: bool = True) -> Platform:
        """Run ``nightdesk up`` and wait until every process answers."""
        began = time.monotonic()
        with self.log.open("ab") as out:
            # A test run that is killed must not leave a platform behind.
            bind = dying_with_me()
            self.process = subprocess.Popen(
                [*NIGHTDESK, "up", *self.arguments],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=self.command_environment(),
                cwd=self.directory,
                start_new_session=True,
                preexec_fn=bind,  # noqa: PLW1509 - it calls only the kernel
            )
        if wait:
            self.wait_ready(timeout)
            self.seconds_to_ready = time.monotonic() - began
        return self

    def wait_for(self, *names: str, timeout: float = 90) -> dict[str, dict[str, Any]]:
        """Wait until the named processes run and answer; return their rows of ``status``."""
        deadline = time.monotonic() + timeout
        while True:
            rows = {row["name"]: row for row in self.status()["processes"]}
            if all(name in rows and rows[name]["healthy"] for name in names):
                return {name: rows[name] for name in names}
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{names} do not answer: {rows}\n{self.log.read_text()[-3000:]}")
            time.sleep(0.3)

    def wait_ready(self, timeout: float = 120) -> None:
        """Wait until ``status --json`` says that everything answers."""
        deadline = time.monotonic() + timeout
        while not self.status()["healthy"]:
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > deadline:
                text = self.log.read_text()[-3000:]
                self.stop()
                raise RuntimeError(f"the platform did not come up:\n{text}")
            time.sleep(0.1)

    def run(self, *arguments: str, timeout: float = 120, **env: str) -> subprocess.CompletedProcess[str]:
        """Run another ``nightdesk`` command against it, with nothing but the data directory given."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith((PREFIX, "JUPYTERHUB_"))}
        return subprocess.run(
            [*NIGHTDESK, *arguments, f"--data-dir={self.data_dir}"],
            capture_output=True,
            text=True,
            env=kept | env,
            cwd=self.directory,
            timeout=timeout,
            check=False,
        )

    def status(self) -> dict[str, Any]:
        """Return what ``nightdesk status --json`` says, without the time that a new process takes."""
        return describe(Desk(self.data_dir))

    def pids(self, name: str) -> list[int]:
        """Return the pid of a process as ``status`` names it, then those of its descendants."""
        found = [row["pid"] for row in self.status()["processes"] if row["name"] == name and row["pid"]]
        for pid in list(found):
            with suppress(psutil.NoSuchProcess):
                found += [child.pid for child in psutil.Process(pid).children(recursive=True)]
        return found

    def processes(self) -> list[psutil.Process]:
        """Return every process of this platform that lives, whoever its parent is."""
        found = []
        for process in psutil.process_iter():
            try:
                mark = process.environ().get(MARK, "")
                if mark.endswith(f"@{self.data_dir.resolve()}") and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def servers_of(self, name: str) -> list[psutil.Process]:
        """Return the server process of a user, as a list that is empty when none runs."""
        servers = (p for p in self.processes() if "jupyterhub.singleuser" in p.cmdline())
        return [p for p in servers if "--to" not in " ".join(p.cmdline()) and p.environ()["USER"] == name]

    def login(self, name: str = ADMIN, password: str | None = None) -> httpx.Client:
        """Log in through the real form; the client then has the hub's cookies."""
        client = httpx.Client(base_url=self.url, timeout=30, follow_redirects=True)
        client.get("/hub/login").raise_for_status()
        answer = client.post(
            "/hub/login",
            params={"next": "/hub/home"},
            data={
                "username": name,
                "password": password or self._passwords[name],
                "_xsrf": client.cookies.get("_xsrf", path="/hub/") or "",
            },
        )
        if answer.status_code != 200 or urlsplit(str(answer.url)).path != "/hub/home":
            client.close()
            raise PermissionError(f"{name} could not log in: {answer.status_code} at {answer.url}")
        client.headers["X-XSRFToken"] = client.cookies.get("_xsrf", path="/hub/") or ""
        return client

    def add_user(self, name: str, *options: str, password: str = USER_PASSWORD) -> str:
        """Add an account with ``nightdesk users add``, unless it is there; return its password."""
        if name in self._passwords:
            return self._passwords[name]
        done = self.run("users", "add", name, *options, NIGHTDESK_USER_PASSWORD=password)
        if done.returncode:
            raise RuntimeError(done.stderr)
        self._passwords[name] = password
        return password

    def new_token(self, name: str, scopes: Sequence[str]) -> str:
        """Make a hub token of a user with exactly these scopes (as far as the user has them)."""
        with closing(self.login(name)) as client:
            answer = client.post(
                f"/hub/api/users/{name}/tokens", json={"scopes": list(scopes), "note": "test"}
            )
            answer.raise_for_status()
            return str(answer.json()["token"])

    def user_token(self, name: str = ADMIN) -> str:
        """Return a token like the one in the user's own server."""
        if name not in self._tokens:
            with closing(self.login(name)) as client:
                token = client.post(f"/hub/api/users/{name}/tokens", json={"note": "probe"}).json()["token"]
                mine = client.get("/hub/api/user", headers={"Authorization": f"token {token}"}).json()[
                    "scopes"
                ]
            wanted = [scope for scope in SERVER_SCOPES if scope in mine or not scope.startswith("custom:")]
            wanted = [scope for scope in wanted if scope != "access:servers!server"]
            self._tokens[name] = self.new_token(name, wanted)
        return self._tokens[name]

    def environment(self, name: str = ADMIN) -> dict[str, str]:
        """Return the environment that a notebook in the user's server has."""
        return {
            "JUPYTERHUB_API_TOKEN": self.user_token(name),
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{self.settings.hub_api_port}/hub/api",
            "JUPYTERHUB_USER": name,
            "NIGHTDESK_HUB_URL": self.url,
            "NIGHTDESK_MARSHAL_URL": self.marshal_url,
            "NIGHTDESK_GATEWAY_URL": self.gateway_url,
            "NIGHTDESK_GATEWAY_PROXY_URL": f"gateway://127.0.0.1:{self.settings.gateway_proxy_port}",
        }

    def replay(self, paths: Sequence[Path | str], *arguments: str, timeout: float = 300) -> dict[str, Any]:
        """Run ``nightdesk replay --json``; return its summary."""
        done = self.run("replay", *map(str, paths), "--json", *arguments, timeout=timeout)
        if not done.stdout.strip():
            raise RuntimeError(f"replay ended with {done.returncode}: {done.stderr[-3000:]}")
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary

    def password_shown(self) -> str:
        """Return the one-time password that ``up`` printed, empty when it printed none."""
        found = re.search(r"password:\s+(\S+)\n", self.log.read_text())
        return found[1] if found else ""

    def kill(self) -> None:
        """End the launcher as a crash would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, timeout: float = 90) -> None:
        """End it as ``Ctrl-C`` does; by force when it does not end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self) -> Platform:
        return self if self.process is not None else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
