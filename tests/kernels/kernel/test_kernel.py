"""The installed kernel, running."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

Run = Callable[[str], tuple[dict[str, Any], list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the kernel in it."""
    path = tmp_path_factory.mktemp("prefix")
    command = [sys.executable, "-m", "nightdesk.kernel", "install", "--prefix", str(path)]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert str(path) in done.stdout
    return path


@pytest.fixture(scope="module")
def run(prefix: Path) -> Iterator[Run]:
    """Runs a cell; gives the reply and what was shown."""
    specs = KernelSpecManager(kernel_dirs=[str(prefix / "share/jupyter/kernels")])
    manager = KernelManager(kernel_name="nightdesk", kernel_spec_manager=specs)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)

    def execute(code: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        shown: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("display_data", "execute_result"):
                shown.append(message["content"]["data"])

        reply = client.execute_interactive(code, output_hook=keep, timeout=120)
        return reply["content"], shown

    yield execute
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_the_spec_has_name_and_logos(prefix: Path) -> None:
    specs = KernelSpecManager(kernel_dirs=[str(prefix / "share/jupyter/kernels")])
    spec = specs.get_kernel_spec("nightdesk")
    assert spec.display_name == "Nightdesk"
    there = {file.name for file in Path(spec.resource_dir).iterdir()}
    assert there == {"kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"}


def test_the_library_is_there_and_nothing_heavy_is(run: Run) -> None:
    _, (shown,) = run(
        "import sys\nnightdesk.__name__, [m for m in ('polars', 'astropy', 'httpx') if m in sys.modules]"
    )
    assert shown["text/plain"] == "('nightdesk', [])"


def test_an_error_is_one_line_that_says_what_to_do(run: Run) -> None:
    run("import os; os.environ.pop('JUPYTERHUB_API_TOKEN', None)")
    reply, _ = run("nightdesk.candidates()")
    assert (reply["status"], reply["ename"]) == ("error", "TokenError")
    assert len(reply["traceback"]) == 1
    assert "Token page" in reply["traceback"][0]
    reply, _ = run("1 / 0")
    assert reply["ename"] == "ZeroDivisionError"
    assert len(reply["traceback"]) > 1


def test_a_plot_shows_by_its_name_and_by_show(run: Run) -> None:
    point = "{'mjd': 6e4, 'filter': 'ztfg', 'mag': 19.0, 'magerr': 0.1}"
    _, (first,) = run(f"plot = nightdesk.plots.light_curve([{point}])\nplot")
    assert "Bokeh.embed.embed_item" in first["text/html"]
    _, (second,) = run("from bokeh.io import output_notebook, show\noutput_notebook()\nshow(plot)")
    assert "Bokeh.embed.embed_item" in second["text/html"]
    assert len(second["text/html"]) < 100_000 < len(first["text/html"])
