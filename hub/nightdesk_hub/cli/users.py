"""``nightdesk users add | list | password | remove``: local accounts."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nightdesk_hub.cli.common import AsJson, DataDir, console, fail, settings

app = typer.Typer(help="Local accounts of the hub.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="User name: lower-case letters, digits and . _ -")]
PASSWORD = "NIGHTDESK_USER_PASSWORD"  # noqa: S105 - a name, not a secret


@app.command()
def add(
    name: Name,
    admin: Annotated[bool, typer.Option("--admin", help="May administer the hub and the desk")] = False,
    viewer: Annotated[bool, typer.Option("--viewer", help="May look but not change anything")] = False,
    data_dir: DataDir = None,
) -> None:
    """Add an account and print its password; NIGHTDESK_USER_PASSWORD may give one."""
    from nightdesk_hub import accounts

    if admin and viewer:
        fail("an account is --admin or --viewer, not both")
    kind: accounts.Kind = "admin" if admin else "viewer" if viewer else "user"
    try:
        made = accounts.add(settings(data_dir).data_dir, name, kind, os.environ.get(PASSWORD, ""))
    except ValueError as error:
        fail(error)
    _tell(made, "added")


@app.command()
def password(name: Name, data_dir: DataDir = None) -> None:
    """Give an account a new password and print it; NIGHTDESK_USER_PASSWORD may give one."""
    from nightdesk_hub import accounts

    try:
        made = accounts.set_password(settings(data_dir).data_dir, name, os.environ.get(PASSWORD, ""))
    except ValueError as error:
        fail(error)
    _tell(made, "has a new password")


@app.command()
def remove(name: Name, data_dir: DataDir = None) -> None:
    """Take away an account's login and tokens; what it wrote stays."""
    from nightdesk_hub import accounts

    try:
        accounts.remove(settings(data_dir).data_dir, name)
    except ValueError as error:
        fail(error)
    console.print(f"{escape(name)} can no longer log in")


@app.command("list")
def list_(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the accounts."""
    import json
    from dataclasses import asdict

    from nightdesk_hub import accounts

    found = accounts.listed(settings(data_dir).data_dir)
    if as_json:
        print(json.dumps([asdict(account) for account in found], indent=1))
        return
    table = Table("name", "kind", "may log in", box=None)
    for account in found:
        table.add_row(escape(account.name), account.kind, "yes" if account.authorized else "no")
    Console(highlight=False).print(table)


def _tell(made: object, what: str) -> None:
    from nightdesk_hub.accounts import NewAccount

    assert isinstance(made, NewAccount)  # noqa: S101 - narrows the lazily imported type
    console.print(f"{escape(made.name)} {what} ({made.kind})")
    if made.generated:
        console.print("password (shown this once; change it at /hub/change-password):")
        print(made.password)
