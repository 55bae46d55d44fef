"""Bring the platform up, keep it up, and take it down in order."""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from nightdesk.settings import Settings

from nightdesk_hub import accounts
from nightdesk_hub.launcher import leftovers, parts, ports
from nightdesk_hub.launcher.compiling import compiling
from nightdesk_hub.launcher.probe import answers
from nightdesk_hub.launcher.state import Desk
from nightdesk_hub.launcher.watched import Program, Watched

# A part that ends this often before it ever answered will not answer by itself.
HOPELESS = 3


class StartError(RuntimeError):
    """The platform cannot start; the message says why and what to do."""


@dataclass
class Ready:
    """What a person needs to know when the platform is up."""

    url: str
    seconds: float
    admin: accounts.NewAccount | None = None
    """The first administrator, if made just now."""
    late: list[str] = field(default_factory=list)
    """Services that do not answer yet."""


class Launcher:
    """Runs one platform on one data directory."""

    def __init__(
        self,
        settings: Settings,
        simulate: float | None = None,
        report: Callable[[str], None] = print,
        service_patience: float = 120.0,
    ) -> None:
        self.settings = settings.model_copy(update={"data_dir": settings.data_dir.resolve()})
        self.simulate = simulate
        self.report = report
        self.service_patience = service_patience
        self.desk = Desk(self.settings.data_dir)
        self._watched: dict[str, Watched] = {}
        self._compiling: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._signals = 0

    async def run(self, on_ready: Callable[[Ready], None]) -> None:
        """Start everything, call back when it answers, and return when it was told to stop and all is down.

        Raises
        ------
        StartError
            Something that the platform needs is missing, taken, or does not start.
        """
        if not self.desk.acquire():
            about = self.desk.running() or {}
            msg = (
                f"already running (pid {about.get('pid', '?')}, {about.get('url', '?')}) on {self.desk.path}"
            )
            raise StartError(msg)
        for sig in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sig, self.stop)
        try:
            ready = await self._up()
            if not self._stop.is_set():
                on_ready(ready)
            await self._stop.wait()
        finally:
            self._stop.set()
            await self._down()
            self.desk.withdraw()

    def stop(self) -> None:
        """Begin to stop; when called again, kill."""
        self._signals += 1
        self._stop.set()
        if self._signals > 1:
            for watched in self._watched.values():
                watched.kill()

    async def _up(self) -> Ready:
        began = time.monotonic()
        await asyncio.to_thread(leftovers.end, self.desk.path, self.report)
        self.desk.withdraw()
        environment = parts.base_environment(self.settings) | leftovers.mark(self.desk.path)
        # Hub and proxy share a secret that exists only in their environments.
        shared = environment | {"CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32)}
        try:
            servers = parts.embedded(self.settings, environment)
            proxy = parts.proxy(self.settings, shared)
        except LookupError as error:
            raise StartError(str(error)) from error
        hub = parts.hub(self.settings, shared)
        if taken := ports.clashes(parts.all_ports(self.settings, [*servers, proxy, hub])):
            raise StartError("\n".join(taken))
        self._publish(ready=False)
        self._compiling = asyncio.create_task(compiling(environment, self.desk.logs / "compile.log"))
        admin = asyncio.create_task(asyncio.to_thread(accounts.first_admin, self.settings))
        # The hub takes as long as the servers to start, and its services begin after that.
        first = asyncio.create_task(self._start([*servers, proxy]))
        try:
            new = await admin
            await asyncio.gather(first, self._start([hub]))
        except ValueError as error:
            raise StartError(str(error)) from error
        finally:
            first.cancel()
        late = await self._services()
        if self.simulate is not None and not self._stop.is_set():
            await self._start([parts.simulator(self.settings, environment, self.simulate)])
        self._publish(ready=not self._stop.is_set())
        return Ready(self.settings.public_url, time.monotonic() - began, new, late)

    def _publish(self, ready: bool) -> None:
        self.desk.publish(self.settings.public_url, self._known(), simulate=self.simulate, ready=ready)

    def _known(self) -> dict[str, object]:
        """Return the settings that other commands need to find this platform; no secrets."""
        hidden = {"admin_password", "stream_config", "notify_email", "notify_sms", "notify_slack"}
        settings = self.settings.model_dump(mode="json", exclude=hidden)
        if "@" in self.settings.store_uri:
            del settings["store_uri"]
        return settings

    async def _start(self, programs: list[Program]) -> None:
        """Start programs beside each other and wait until all answer."""
        began = time.monotonic()
        for program in programs:
            self._watched[program.name] = Watched(program, self.desk, self.report)
            self._watched[program.name].start()
        await asyncio.gather(*(self._answer(self._watched[program.name], began) for program in programs))

    async def _answer(self, watched: Watched, began: float) -> None:
        name = watched.program.name
        while not watched.answered.is_set():
            if self._stop.is_set():
                return
            if watched.state.restarts >= HOPELESS:
                msg = f"{name} does not start: {watched.state.reason}\n{watched.last_words()}"
                raise StartError(msg)
            await asyncio.sleep(0.05)
        self.report(f"{name} is up ({time.monotonic() - began:.1f} s)")

    async def _services(self) -> list[str]:
        """Wait until the hub's services and the public address answer; return those that do not."""
        began = time.monotonic()
        waiting = parts.health_urls(self.settings) | {
            "front door": f"http://127.0.0.1:{self.settings.hub_port}/hub/api/"
        }
        while waiting and not self._stop.is_set() and time.monotonic() - began < self.service_patience:
            for name, url in list(waiting.items()):
                if await asyncio.to_thread(answers, url, 1.0):
                    self.report(f"{name} is up ({time.monotonic() - began:.1f} s)")
                    del waiting[name]
            await asyncio.sleep(0.1)
        return list(waiting)

    async def _down(self) -> None:
        """Stop what gives work first, and what keeps data last."""
        if self._compiling is not None:
            self._compiling.cancel()
            await asyncio.wait([self._compiling])
        for name in ("simulator", "hub", "proxy", "stream", "store"):
            if watched := self._watched.get(name):
                began = time.monotonic()
                await watched.stop()
                self.report(f"{name} is down ({time.monotonic() - began:.1f} s)")
        forced = self._signals > 1
        await asyncio.to_thread(leftovers.end, self.desk.path, self.report, 0.0 if forced else 10.0)
