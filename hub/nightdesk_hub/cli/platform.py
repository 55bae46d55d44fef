"""``nightdesk up | down | status | logs | version``."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from nightdesk_hub.cli.common import AsJson, Config, DataDir, console, fail, settings


def up(
    data_dir: DataDir = None,
    simulate: Annotated[
        float | None, typer.Option(help="Feed a live simulated night, in alerts per second", min=0.01)
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port of the front door; else NIGHTDESK_HUB_PORT, else 8100")
    ] = None,
    config: Config = None,
) -> None:
    """Start the platform and keep it running; Ctrl-C ends it, a second Ctrl-C at once."""
    from nightdesk_hub.launcher.supervisor import Launcher, Ready, StartError

    chosen = settings(data_dir, config, hub_port=port)
    status = console.status("starting") if console.is_terminal else None

    def report(line: str) -> None:
        stamp = datetime.now().astimezone().strftime("%H:%M:%S")
        console.print(f"[dim]{stamp}[/dim] {escape(line)}", soft_wrap=True)

    def on_ready(ready: Ready) -> None:
        if status:
            status.stop()
        _welcome(ready, chosen.data_dir)

    async def run() -> None:
        await Launcher(chosen, simulate, report).run(on_ready)

    if status:
        status.start()
    try:
        asyncio.run(run())
    except StartError as error:
        if status:
            status.stop()
        fail(error)
    console.print("Nightdesk has stopped; its data stay in", escape(str(chosen.data_dir)), soft_wrap=True)


def _welcome(ready: Any, data_dir: Path) -> None:
    console.print()
    console.print(
        f"[bold]Nightdesk is at {escape(ready.url)}[/bold]   (up in {ready.seconds:.0f} s)", soft_wrap=True
    )
    if ready.admin is not None:
        console.print(f"  user name:  [bold]{escape(ready.admin.name)}[/bold]", soft_wrap=True)
        if ready.admin.generated:
            console.print(f"  password:   [bold]{escape(ready.admin.password)}[/bold]", soft_wrap=True)
            console.print("  It is shown this once; change it at /hub/change-password.")
        else:
            console.print("  password:   the one in NIGHTDESK_ADMIN_PASSWORD")
    console.print("  add people: nightdesk users add NAME", _where(data_dir), soft_wrap=True)
    console.print("  what runs:  nightdesk status", _where(data_dir), soft_wrap=True)
    console.print("  end it:     Ctrl-C, or nightdesk down", _where(data_dir), soft_wrap=True)
    for name in ready.late:
        console.print(
            f"  [yellow]{escape(name)} does not answer yet; see: nightdesk logs {escape(name)}[/yellow]"
        )
    console.print()


def _where(data_dir: Path) -> str:
    return "" if data_dir == Path(".nightdesk").resolve() else escape(f"--data-dir {data_dir}")


def down(
    data_dir: DataDir = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait before forcing it")] = 90.0,
) -> None:
    """End the platform that runs on a data directory."""
    from nightdesk_hub.launcher.state import Desk

    desk = Desk(settings(data_dir).data_dir)
    about = desk.running()
    if about is None:
        console.print(f"nothing runs on {escape(str(desk.path))}", soft_wrap=True)
        return
    pid = int(about["pid"])
    os.kill(pid, signal.SIGTERM)
    began, forced = time.monotonic(), False
    with console.status("stopping"):
        while desk.running() is not None:
            waited = time.monotonic() - began
            if waited > timeout and not forced:
                os.kill(pid, signal.SIGTERM)
                forced = True
            if waited > timeout + 30:
                fail(f"the launcher (pid {pid}) does not stop")
            time.sleep(0.1)
    console.print(f"stopped{' by force' if forced else ''} in {time.monotonic() - began:.1f} s")


def status(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show what runs, since when, how often it was restarted, and whether it answers.

    Ends with code 1 when nothing runs or something does not answer.
    """
    from nightdesk_hub.launcher.state import Desk
    from nightdesk_hub.launcher.status import describe

    about = describe(Desk(settings(data_dir).data_dir))
    if as_json:
        print(json.dumps(about, indent=1))
    elif not about["running"]:
        console.print(f"nothing runs on {escape(about['data_dir'])}", soft_wrap=True)
    else:
        _show(about)
    raise typer.Exit(0 if about["healthy"] else 1)


def _show(about: dict[str, Any]) -> None:
    from rich.console import Console

    out = Console(highlight=False)
    out.print(f"{escape(about['url'])}  (launcher pid {about['pid']})", soft_wrap=True)
    table = Table("process", "state", "pid", "port", "since", "restarts", "", box=None)
    for row in about["processes"]:
        colour = "green" if row["healthy"] else "red"
        since = (
            datetime.fromtimestamp(row["since"]).astimezone().strftime("%d %b %H:%M:%S")
            if row["since"]
            else ""
        )
        cells = (row["pid"] or "", row["port"] or "", since, row["restarts"], escape(row["reason"]))
        table.add_row(row["name"], f"[{colour}]{row['state']}[/{colour}]", *(str(cell) for cell in cells))
    out.print(table)


def logs(
    name: Annotated[str, typer.Argument(help="Process as `nightdesk status` names it, or user-NAME")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines are written")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="Lines to show", min=0)] = 50,
    data_dir: DataDir = None,
) -> None:
    """Print the log of one process."""
    from nightdesk_hub.launcher.logfile import tail
    from nightdesk_hub.launcher.state import Desk

    desk = Desk(settings(data_dir).data_dir)
    path = desk.logs / f"{name}.log"
    there = sorted(found.stem for found in desk.logs.glob("*.log"))
    if name not in there:
        known = f"; there are {', '.join(there)}" if there else f" in {desk.logs}"
        fail(f"there is no log {name!r}{known}" if name else f"whose log?{known}")
    for line in tail(path, lines):
        print(line)
    if not follow:
        return
    sys.stdout.flush()
    try:
        _follow(path)
    except KeyboardInterrupt:
        return


def _follow(path: Path) -> None:
    position = path.stat().st_size
    while True:
        size = path.stat().st_size
        if size < position:
            # It was put aside and emptied.
            position = 0
        if size > position:
            with path.open("rb") as file:
                file.seek(position)
                text = file.read(size - position)
            position += len(text)
            sys.stdout.write(text.decode(errors="replace"))
            sys.stdout.flush()
        time.sleep(0.3)


def version() -> None:
    """Print the version."""
    from importlib.metadata import version as of

    print(of("nightdesk"))


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (up, down, status, logs, version):
        app.command()(command)
