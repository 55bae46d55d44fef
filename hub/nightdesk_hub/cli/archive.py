"""``nightdesk archive info | compact | verify``: the Parquet archive of all alerts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nightdesk_hub.cli.common import (
    AsJson,
    DataDir,
    SurveyName,
    fail,
    progress,
    settings_of_running,
    show,
    surveys_named,
)

if TYPE_CHECKING:
    from nightdesk.archive import Shelf
    from nightdesk.settings import Settings

app = typer.Typer(help="The Parquet archive of all alerts.", no_args_is_help=True)

NightName = Annotated[str | None, typer.Option("--night", help="One night, as in 20260915; else all")]
Root = Annotated[str | None, typer.Option("--root", help="Directory or URL; else the platform's own archive")]


@app.command()
def info(
    survey: SurveyName = None,
    night: NightName = None,
    root: Root = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the nights: alerts, files, bytes."""
    from nightdesk import archive

    settings = settings_of_running(data_dir)
    found = [asdict(archive.info(shelf, number)) for shelf, number in _nights(settings, root, survey, night)]
    show(found, as_json, "the archive has no alerts")


@app.command()
def compact(
    survey: SurveyName = None,
    night: NightName = None,
    root: Root = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put the small files of each night together, by position on the sky; harmless at any time."""
    from nightdesk import archive

    settings = settings_of_running(data_dir)
    chosen = list(_nights(settings, root, survey, night))
    found: list[dict[str, Any]] = []
    with progress("compacting") as tell:
        for done, (shelf, number) in enumerate(chosen):
            tell(done, len(chosen))
            try:
                made = archive.compact(shelf, number)
            except OSError as error:
                fail(f"{shelf.survey.name} {number}: {error}")
            found.append(
                {
                    "survey": shelf.survey.name,
                    "night": number,
                    "compacted": made is not None,
                    "alerts": made.rows if made else archive.info(shelf, number).alerts,
                    "duplicates": made.duplicates if made else 0,
                    "files": len(made.files) if made else 0,
                }
            )
            tell(done + 1, len(chosen))
    show(found, as_json, "the archive has no alerts")


@app.command()
def verify(
    survey: SurveyName = None,
    night: NightName = None,
    root: Root = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Compare the archive with the store, alert by alert; exit 1 where they differ."""
    from nightdesk import archive
    from nightdesk_services.broker.models.errors import StoreUnavailableError
    from nightdesk_services.broker.storage.archive import StoredNights
    from nightdesk_services.common.store import connect

    settings = settings_of_running(data_dir)
    db = connect(settings)
    store = StoredNights(db)
    found: list[dict[str, Any]] = []
    try:
        # a night that one of the two lacks altogether is a difference too
        for shelf in _shelves(settings, root, survey):
            numbers = sorted({*shelf.nights(), *store.nights(shelf.survey)})
            for number in (n for n in numbers if night is None or n == _number(night)):
                result = archive.verify(archive.archived(shelf, number), store.candids(shelf.survey, number))
                found.append({"survey": shelf.survey.name, "night": number, **asdict(result)})
    except (StoreUnavailableError, OSError, ValueError) as error:
        fail(error)
    finally:
        db.client.close()
    differ = [one for one in found if one["missing"] or one["extra"]]
    if as_json:
        # 64-bit ids are text in JSON
        print(
            json.dumps([one | {k: [str(c) for c in one[k]] for k in ("missing", "extra")} for one in found])
        )
    else:
        counted = [one | {k: len(one[k]) for k in ("missing", "extra")} for one in found]
        show(counted, False, "neither the archive nor the store has alerts")
    if differ:
        raise typer.Exit(1)


def _shelves(settings: Settings, root: str | None, survey: str | None) -> list[Shelf]:
    from nightdesk.archive import Shelf
    from nightdesk.archive.shelves import root_of

    return [Shelf(one, root or root_of(settings)) for one in surveys_named(survey)]


def _nights(
    settings: Settings, root: str | None, survey: str | None, night: str | None
) -> Iterator[tuple[Shelf, int]]:
    """Yield the nights that are asked for and there."""
    wanted = _number(night) if night else None
    for shelf in _shelves(settings, root, survey):
        for number in shelf.nights():
            if wanted in (None, number):
                yield shelf, number


def _number(night: str) -> int:
    digits = night.replace("-", "")
    if len(digits) != 8 or not digits.isdigit():
        fail(f"{night!r} is no night; say 20260915", 2)
    return int(digits)
