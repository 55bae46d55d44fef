"""``nightdesk replay | simulate``: put alerts onto the stream."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nightdesk_hub.cli.common import AsJson, DataDir, as_plain, fail, progress, settings_of_running


def replay(
    *,
    paths: Annotated[
        list[Path],
        typer.Argument(help=".avro files, directories of them, .tar or .tar.gz nights", exists=True),
    ],
    survey: Annotated[
        str | None, typer.Option(help="Survey of packets that do not tell themselves: ztf or lsst")
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Most packets per second", min=0.001)] = None,
    timeout: Annotated[
        float, typer.Option(help="Give up after so many seconds without any progress")
    ] = 600.0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Publish real packets, wait until each is dealt with, and say what became of them.

    Ends with code 1 when packets were not dealt with.
    """
    from nightdesk_services.broker.replay import replay as run

    try:
        with progress("replaying") as tell:
            summary = run(
                settings_of_running(data_dir),
                paths,
                survey=survey,
                rate=rate,
                progress=tell,
                timeout=timeout,
            )
    except (ValueError, LookupError, OSError) as error:
        fail(error)
    about = as_plain(summary)
    if as_json:
        print(json.dumps(about, indent=1))
    else:
        _show(about)
    if about["lost"] or about["error"]:
        fail(about["error"] or f"{about['lost']} packets are lost")


def _show(about: dict[str, Any]) -> None:
    out = Console(highlight=False)
    table = Table(box=None, show_header=False)
    for name in ("published", "stored", "duplicates", "quarantined", "lost"):
        value = about[name]
        table.add_row(
            name,
            f"{len(value) if isinstance(value, list) else value:,}",
            style="red" * (name == "lost" and bool(value)),
        )
    table.add_row("elapsed", f"{about['elapsed_s']:.1f} s")
    table.add_row("speed", f"{about['alerts_per_s']:,.1f} alerts/s")
    out.print(table)
    for refused in about["quarantined"]:
        out.print(f"quarantined: {escape(refused['file'])}: {escape(refused['reason'])}", soft_wrap=True)


def simulate(
    *,
    survey: Annotated[str, typer.Option(help="ztf, lsst or both")] = "both",
    seed: Annotated[int, typer.Option(help="Seed of the sky; the same gives the same packets")] = 1,
    count: Annotated[
        int | None, typer.Option("--count", "-n", help="Alerts; else all of the nights", min=1)
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Alerts per second; else as fast as they go")] = None,
    live: Annotated[bool, typer.Option("--live", help="Begin now and go on until stopped")] = False,
    nights: Annotated[int, typer.Option(help="How many nights, unless live", min=1)] = 1,
    hours: Annotated[float, typer.Option(help="Length of a night", min=0.01)] = 8.0,
    schema_version: Annotated[
        str | None, typer.Option(help="3.3 or 4.02 (ZTF), 10.0 or 11.1 (LSST); else the newest")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write files instead: a directory, a .tar or a .tar.gz")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Write what each alert really is, as Parquet", dir_okay=False)
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Publish to this topic instead of the survey's")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a night in the surveys' own formats, to the stream or to files.

    Ends with code 1 when the stream did not take all packets.
    """
    from nightdesk_services.simulate import run

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with progress("simulating") as tell:
            summary = run(
                settings_of_running(data_dir),
                survey=survey,
                seed=seed,
                rate=rate,
                count=count,
                live=live,
                nights=nights,
                hours=hours,
                schema_version=schema_version,
                out=out,
                truth=truth,
                topic=topic,
                progress=tell,
                stop=stop,
            )
    except (ValueError, OSError) as error:
        fail(error)
    about = as_plain(summary)
    if as_json:
        print(json.dumps(about, indent=1))
    else:
        table = Table(box=None, show_header=False)
        for name, value in about.items():
            if value not in (None, [], {}):
                table.add_row(name.replace("_", " "), escape(_words(value)))
        Console(highlight=False).print(table)
    if about["failed"]:
        fail(f"the stream did not take {about['failed']} packets")


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {number:,}" for key, number in value.items())
    return (
        ", ".join(value)
        if isinstance(value, list)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(simulate)
    app.command()(replay)
