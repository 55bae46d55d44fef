"""Users' servers as local processes, in a home directory under the data directory."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from jupyterhub.spawner import SimpleLocalProcessSpawner
from nightdesk.settings import Settings

from nightdesk_hub.launcher.leftovers import MARK
from nightdesk_hub.roles import SERVER_SCOPES

LAB_CONFIG = Path(__file__).with_name("lab")
"""Configuration that all users' Labs read."""


def notebooks() -> Path | None:
    """Return where the teaching notebooks lie: in the checkout, or where the package put them."""
    places = (
        Path(__file__).parents[2] / "notebooks",
        Path(sys.prefix) / "share" / "nightdesk" / "notebooks",
    )
    return next((place for place in places if place.is_dir()), None)


class DeskSpawner(SimpleLocalProcessSpawner):  # type: ignore[misc]
    """Users of an embedded platform are no accounts of the system: all servers run as one system user.

    This keeps users apart by politeness only: a user's code can read another's files. A site where that
    matters uses another spawner.
    """

    data_dir: Path
    """Set by `configure`."""

    def make_preexec_fn(self, name: str) -> Any:
        """Make the home directory, with the notebooks in it, before the server starts there."""
        home = Path(self.home_dir)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        source, target = notebooks(), home / "notebooks"
        if source is not None and not target.exists():
            ignore = shutil.ignore_patterns(".*", "__pycache__", "*.py")
            shutil.copytree(source, target, ignore=ignore)
        return lambda: os.chdir(home)

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Return the environment with a home of the user's own, and no Jupyter directories of ours."""
        env = super().user_env(env)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "XDG_CACHE_HOME"):
            env.pop(name, None)
        return env

    async def start(self) -> tuple[str, int]:
        """Start the server tied to the launcher, with a log of its own."""
        launcher = os.environ.get(MARK, "").partition("@")[0] or str(os.getppid())
        log = self.data_dir / "logs" / f"user-{self.user.name}.log"
        tether = [sys.executable, "-m", "nightdesk_hub.launcher.tether", f"--to={launcher}", f"--log={log}"]
        command: list[str] = self.cmd  # type: ignore[has-type]
        self.cmd = [*tether, *command]
        try:
            address: tuple[str, int] = await super().start()
        finally:
            self.cmd = command
        return address


def configure(c: Any, settings: Settings) -> None:
    """Set the spawner up."""
    DeskSpawner.data_dir = settings.data_dir
    c.JupyterHub.spawner_class = DeskSpawner
    c.SimpleLocalProcessSpawner.home_dir_template = str(settings.data_dir / "users" / "{username}")
    c.LocalProcessSpawner.interrupt_timeout = 5
    c.LocalProcessSpawner.term_timeout = 5
    c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
    c.Spawner.args = ["--allow-root"] if os.geteuid() == 0 else []
    c.Spawner.default_url = "/lab"
    c.Spawner.http_timeout = 120
    c.Spawner.start_timeout = 120
    c.Spawner.poll_interval = 5
    c.Spawner.server_token_scopes = list(SERVER_SCOPES)
    hub = settings.public_url
    local = f"http://127.0.0.1:{settings.hub_port}"
    c.Spawner.environment = {
        "JUPYTER_CONFIG_PATH": str(LAB_CONFIG),
        "NIGHTDESK_HUB_URL": hub,
        "NIGHTDESK_MARSHAL_URL": settings.marshal,
        "NIGHTDESK_GATEWAY_URL": settings.gateway_url or f"{local}/services/dask-gateway",
        **(
            {}
            if settings.gateway_url
            else {"NIGHTDESK_GATEWAY_PROXY_URL": f"gateway://127.0.0.1:{settings.gateway_proxy_port}"}
        ),
        **({"NIGHTDESK_ARCHIVE_URL": settings.archive} if settings.archive_for_users else {}),
    } | ({MARK: os.environ[MARK]} if MARK in os.environ else {})
