"""What the commands share: where they print, and which platform they mean."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from nightdesk.settings import PREFIX, Settings
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from nightdesk.surveys import Survey

console = Console(stderr=True, highlight=False)
"""For people; results that programs read go to standard output."""

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Directory of the platform; else NIGHTDESK_DATA_DIR, else .nightdesk"),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="TOML file of settings; else NIGHTDESK_CONFIG", exists=True, dir_okay=False
    ),
]
SurveyName = Annotated[str | None, typer.Option("--survey", help="One survey, as in ZTF; else all")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to standard output")]


def settings(data_dir: Path | None = None, config: Path | None = None, **more: Any) -> Settings:
    """Return the settings of this command."""
    if config is not None:
        os.environ[PREFIX + "CONFIG"] = str(config.resolve())
    given = {name: value for name, value in more.items() if value is not None}
    if data_dir is not None:
        given["data_dir"] = data_dir
    found = Settings(**given)
    return found.model_copy(update={"data_dir": found.data_dir.resolve()})


def settings_of_running(data_dir: Path | None = None) -> Settings:
    """Return the settings of the platform that runs on a directory, or one's own where none does."""
    from nightdesk_hub.launcher.state import Desk

    mine = settings(data_dir)
    about = Desk(mine.data_dir).running()
    if about is None:
        return mine
    known = {name: value for name, value in about["settings"].items() if name in Settings.model_fields}
    return Settings(**known)


def surveys_named(name: str | None) -> list[Survey]:
    """Return the survey of a name, or all of them; end the command if there is none of that name."""
    from nightdesk.surveys import SURVEYS, get

    try:
        return [get(name)] if name else list(SURVEYS.values())
    except ValueError as error:
        fail(error, 2)


def fail(message: object, code: int = 1) -> NoReturn:
    """End the command with a message."""
    console.print(f"[bold red]{escape(str(message))}[/bold red]", soft_wrap=True)
    raise typer.Exit(code)


def as_plain(value: Any) -> dict[str, Any]:
    """Return a dataclass or a pydantic model as what JSON can hold."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        plain: dict[str, Any] = json.loads(json.dumps(asdict(value), default=str))
        return plain
    return dict(value)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while a long action tells how far it is; yields the function that takes (done, total)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield tell


def show(found: list[dict[str, Any]], as_json: bool, nothing: str) -> None:
    """Print rows of the same names as a table or as JSON, or say that there are none."""
    if as_json:
        print(json.dumps(found, indent=1))
    elif not found:
        console.print(nothing)
    else:
        table = Table(*found[0], box=None)
        for one in found:
            # a night is no number
            table.add_row(*(f"{v:,}" if type(v) is int and k != "night" else str(v) for k, v in one.items()))
        Console(highlight=False).print(table)
