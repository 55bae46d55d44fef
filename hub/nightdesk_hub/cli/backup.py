"""``nightdesk backup | restore``: what people decided on this desk, as files."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from nightdesk_hub.cli.common import AsJson, DataDir, console, fail, progress, settings, settings_of_running

if TYPE_CHECKING:
    from nightdesk.settings import Settings
    from nightdesk_services.marshal.backup import Manifest

_PATIENCE = 60.0

Directory = Annotated[Path, typer.Argument(help="Directory of the backup", file_okay=False)]


def backup(
    directory: Directory,
    alerts: Annotated[bool, typer.Option("--alerts", help="With the alerts in the store")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write sources, comments, people, files and all else that the desk keeps; people may go on working."""
    from nightdesk_services.marshal import backup as work

    chosen = settings_of_running(data_dir)
    try:
        with _store(chosen) as own, progress("writing") as tell:
            made = work.backup(own, directory, alerts=alerts, progress=tell)
    except (work.UnusableBackupError, OSError, LookupError) as error:
        fail(error)
    _tell(made, as_json, f"{escape(str(directory))} holds")


def restore(
    directory: Directory,
    replace: Annotated[bool, typer.Option("--replace", help="Remove what the desk holds now")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back, once all of it was checked; the platform must be down."""
    from nightdesk_services.marshal import backup as work

    from nightdesk_hub.launcher.state import Desk

    chosen = settings(data_dir)
    if Desk(chosen.data_dir).running() is not None:
        fail("the platform runs; end it first: nightdesk down")
    try:
        with _store(chosen) as own, progress("restoring") as tell:
            made = work.restore(own, directory, replace=replace, progress=tell)
    except (work.UnusableBackupError, OSError, LookupError) as error:
        fail(error)
    _tell(made, as_json, "restored:")


def _tell(manifest: Manifest, as_json: bool, words: str) -> None:
    if as_json:
        print(manifest.model_dump_json(indent=1))
        return
    files = sum(part.files for part in manifest.files.values())
    held = f"{manifest.documents:,} documents of {len(manifest.collections)} collections, {files:,} files"
    console.print(f"{words} {held}", soft_wrap=True)


@contextmanager
def _store(chosen: Settings) -> Iterator[Settings]:
    """Run this directory's embedded store while the context lasts, where none runs yet.

    It gets a port of its own: on the usual one another directory's store may listen.
    """
    from nightdesk_hub.embedded import choose
    from nightdesk_hub.launcher.state import Desk

    if chosen.store_uri or Desk(chosen.data_dir).running() is not None:
        yield chosen
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        own = chosen.model_copy(update={"store_port": free.getsockname()[1]})
    server = choose("store", own)
    server.prepare()
    log = chosen.data_dir / "backup-store.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            server.command(), stdout=out, stderr=out, env=os.environ | server.environment()
        )
    try:
        deadline = time.monotonic() + _PATIENCE
        while not server.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise OSError(f"the store does not start; see {log}")
            time.sleep(0.2)
        yield own
    finally:
        process.terminate()
        process.wait(30)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (backup, restore):
        app.command()(command)
