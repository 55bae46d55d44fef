"""``nightdesk cutouts info | thin``: the packs of cutouts, and room for new ones."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

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

app = typer.Typer(help="The cutouts of alerts, which lie in packs.", no_args_is_help=True)


@app.command()
def info(survey: SurveyName = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show by survey and date how many packs there are, and how large they are."""
    from nightdesk_services.common.cutouts import CHOSEN, CutoutPacks

    packs = CutoutPacks(settings_of_running(data_dir).cutouts)
    found: list[dict[str, Any]] = []
    for one in surveys_named(survey):
        for day in [*packs.days(one), CHOSEN]:
            sizes = packs.packs(one, day)
            if sizes:
                size = round(sum(sizes.values()) / 1e6, 1)
                found.append({"survey": one.name, "day": day, "packs": len(sizes), "MB": size})
    show(found, as_json, "there are no cutouts")


@app.command()
def thin(
    before: Annotated[str, typer.Option("--before", help="UTC date, as in 20261101: what came earlier")],
    survey: SurveyName = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, only tell")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Delete the cutouts of old alerts, but for those of sources, of objects in lists, and of candidates."""
    from nightdesk_services.broker.models.errors import StoreUnavailableError
    from nightdesk_services.broker.services.thinning import Thinning
    from nightdesk_services.broker.storage.thinning import ThinningStore
    from nightdesk_services.common.cutouts import CutoutPacks
    from nightdesk_services.common.store import connect

    day = _date(before)
    settings = settings_of_running(data_dir)
    surveys = surveys_named(survey)
    db = connect(settings)
    thinning = Thinning(ThinningStore(db), CutoutPacks(settings.cutouts))
    found = []
    try:
        for one, date in thinning.days(day, surveys):
            with progress(f"{one.name} {date}") as tell:
                found.append(asdict(thinning.thin(one, date, rehearse=dry_run, tell=tell)))
    except (StoreUnavailableError, OSError) as error:
        fail(f"{error}; what was thinned out is in order, say it again for the rest")
    finally:
        db.client.close()
    show(found, as_json, f"there are no cutouts of before {day}")


def _date(said: str) -> str:
    try:
        day = datetime.strptime(said.replace("-", ""), "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        fail(f"{said!r} is no date; say 20261101", 2)
    # a batch that came last night may still be on its way into the store
    last = datetime.now(UTC) - timedelta(days=1)
    if day > last:
        fail(f"the cutouts of the last day stay: say a date up to {last:%Y%m%d}", 2)
    return f"{day:%Y%m%d}"
