"""Put the kernelspec where Jupyter finds it."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

NAME = "nightdesk"
_RESOURCES = Path(__file__).with_name("resources")


def spec() -> dict[str, object]:
    """Return the kernelspec: this very Python, with the library loaded."""
    return {
        # without frozen modules the debugger can step into everything
        "argv": [sys.executable, "-Xfrozen_modules=off", "-m", "nightdesk.kernel", "-f", "{connection_file}"],
        "display_name": "Nightdesk",
        "language": "python",
        "metadata": {"debugger": True},
    }


def install(prefix: str | None = None, user: bool = False) -> Path:
    """Install the kernelspec, in place of an older one.

    Parameters
    ----------
    prefix
        Directory under which ``share/jupyter/kernels/nightdesk`` is made.
    user
        Install for the current user instead.

    Returns
    -------
    pathlib.Path
        Where it is.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    with tempfile.TemporaryDirectory() as made:
        directory = Path(made) / NAME
        shutil.copytree(_RESOURCES, directory)
        (directory / "kernel.json").write_text(json.dumps(spec(), indent=1) + "\n")
        directory.chmod(0o755)
        placed = KernelSpecManager().install_kernel_spec(str(directory), NAME, user=user, prefix=prefix)
    return Path(placed)


def command(arguments: Sequence[str]) -> None:
    """Run ``python -m nightdesk.kernel install``."""
    parser = argparse.ArgumentParser("python -m nightdesk.kernel install", description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--sys-prefix", action="store_true", help="into this Python's environment (default)")
    where.add_argument("--prefix", help="under this directory")
    where.add_argument("--user", action="store_true", help="for the current user")
    given = parser.parse_args(arguments)
    prefix = None if given.user else given.prefix or sys.prefix
    print(f"Installed the Nightdesk kernel in {install(prefix, user=given.user)}")
