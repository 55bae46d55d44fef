"""A real JupyterLab of one's own, pointed at a marshal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.labextension.fake_marshal import TOKEN

SECRET = "open-sesame"


def chromium() -> str | None:
    """Return where Chromium is, if it is anywhere."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def lab(directory: Path, port: int, marshal_url: str) -> Iterator[str]:
    """Start JupyterLab in an empty directory and yield its URL."""
    quiet = directory / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    (directory / "work").mkdir()
    options = {
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": directory / "work",
        "IdentityProvider.token": SECRET,
        "LabApp.expose_app_in_browser": True,
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    env = os.environ | {
        "NIGHTDESK_MARSHAL_URL": marshal_url,
        "JUPYTERHUB_API_TOKEN": TOKEN,
        "JUPYTERLAB_SETTINGS_DIR": str(directory / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(directory / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(directory / "config"),
        "JUPYTER_RUNTIME_DIR": str(directory / "runtime"),
    }
    url = f"http://127.0.0.1:{port}"
    with (directory / "lab.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{url}/api?token={SECRET}", timeout=2):
                    break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((directory / "lab.log").read_text()[-3000:]) from None
                time.sleep(0.3)
        yield url
    finally:
        process.terminate()
        # It ends its kernels first, which takes it some seconds on a busy machine.
        process.wait(60)
