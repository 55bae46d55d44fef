"""``nightdesk fetch-kafka | fetch-store | compile``: what makes a desk faster, once on a machine."""

from __future__ import annotations

from collections.abc import Callable

import typer
from rich.markup import escape

from nightdesk_hub.cli.common import console, fail, progress


def fetch_kafka() -> None:
    """Fetch Apache Kafka with Maven, where Java 17 and Maven are."""
    from nightdesk_hub.embedded.stream import Kafka

    _fetch("fetching Apache Kafka", Kafka.fetch)
    console.print(f"Apache Kafka is in {escape(str(Kafka.jars()))}", soft_wrap=True)


def fetch_store() -> None:
    """Build SecantusDB's Rust server, where Cargo, CMake and Ninja are; takes some minutes, once."""
    from nightdesk_hub.embedded.mongo import SecantusRust

    _fetch("building the document store", SecantusRust.fetch)
    console.print(f"The store is in {escape(str(SecantusRust.home()))}", soft_wrap=True)


def compile_ahead() -> None:
    """Make the machine code that else the first alerts wait for; in a container's image, say."""
    from nightdesk_hub import ahead

    with progress("compiling") as tell:
        ahead.compile_ahead(tell)


def _fetch(doing: str, fetch: Callable[[], None]) -> None:
    try:
        with console.status(doing):
            fetch()
    except RuntimeError as error:
        fail(error)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("fetch-kafka")(fetch_kafka)
    app.command("fetch-store")(fetch_store)
    app.command("compile")(compile_ahead)
