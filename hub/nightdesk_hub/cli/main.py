"""The commands put together; each group has a file of its own and imports what it needs when it runs."""

from __future__ import annotations

import os
import sys

import typer
from pydantic import ValidationError
from rich.markup import escape

from nightdesk_hub.cli import archive, backup, catalogs, cutouts, platform, servers, stream, users
from nightdesk_hub.cli.common import console

app = typer.Typer(
    name="nightdesk",
    help="The desk for time-domain astronomy: start it, feed it, look after it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for commands in (platform, stream, servers, backup):
    commands.register(app)
app.add_typer(catalogs.app, name="catalogs")
app.add_typer(archive.app, name="archive")
app.add_typer(cutouts.app, name="cutouts")
app.add_typer(users.app, name="users")


def main() -> None:
    """Run a command; a mistake in the settings is told in a line, not in a traceback."""
    try:
        app()
    except ValidationError as error:
        for problem in error.errors():
            name = "NIGHTDESK_" + "_".join(str(part) for part in problem["loc"]).upper()
            console.print(f"[red]{escape(name)}: {escape(problem['msg'])}[/red]")
        sys.exit(2)
    except FileNotFoundError as error:
        if os.environ.get("NIGHTDESK_CONFIG", "\0") not in str(error):
            raise
        console.print(f"[red]{escape(str(error))}[/red]")
        sys.exit(2)
