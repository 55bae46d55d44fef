"""Putting the broker's parts together."""

from __future__ import annotations

from nightdesk.archive import ArchiveWriter
from nightdesk.crossmatch import Shelf
from nightdesk.features import PeriodSearch
from nightdesk.ml import Registry
from nightdesk.settings import Settings
from nightdesk.surveys import SURVEYS

from nightdesk_services.broker.services.archiving import Archiving
from nightdesk_services.broker.services.filters import FilterSet
from nightdesk_services.broker.services.pipeline import Pipeline
from nightdesk_services.broker.services.stages import ML, Crossmatch, Features, History, Stage, chosen
from nightdesk_services.broker.storage.alerts import AlertStore
from nightdesk_services.broker.storage.candidates import CandidateStore
from nightdesk_services.broker.storage.cutouts import CutoutStore
from nightdesk_services.broker.storage.filters import FilterStore
from nightdesk_services.broker.storage.guard import guarded
from nightdesk_services.broker.storage.indexes import ensure_indexes
from nightdesk_services.broker.storage.objects import ObjectStore
from nightdesk_services.broker.storage.quarantine import Quarantine
from nightdesk_services.common.cutouts import CutoutPacks
from nightdesk_services.common.defaults import ensure_defaults
from nightdesk_services.common.store import connect


def build_pipeline(settings: Settings) -> Pipeline:
    """Return a pipeline with connections of its own; one per worker process."""
    SURVEYS.include(settings.surveys_dir)
    db = connect(settings)
    filters = FilterStore(db)
    return Pipeline(
        stages=build_stages(settings),
        filters=FilterSet(filters.active, filters.record_error),
        alerts=AlertStore(db),
        cutouts=CutoutStore(db, CutoutPacks(settings.cutouts)),
        objects=ObjectStore(db),
        candidates=CandidateStore(db),
        quarantine=Quarantine(db),
        archiving=Archiving(ArchiveWriter(settings.archive)),
    )


def build_stages(settings: Settings) -> list[Stage]:
    """Return the stages that take part.

    Raises
    ------
    ValueError
        The settings name a stage that there is not, or leave one out that another needs.
    """
    stages: list[Stage] = [
        History(),
        Crossmatch(Shelf(settings.catalogs).catalogues),
        Features(PeriodSearch() if settings.broker_periods else None),
    ]
    if "ml" in settings.broker_stages:
        own = [settings.models_dir] if settings.models_dir else []
        stages.append(ML(Registry(*own), stages))
    return chosen(stages, settings.broker_stages)


def prepare_store(settings: Settings) -> None:
    """Create the indexes and the first contents that are missing.

    Raises
    ------
    StoreUnavailableError
        The store does not answer.
    """
    SURVEYS.include(settings.surveys_dir)
    db = connect(settings)
    try:
        with guarded():
            ensure_defaults(db)
        ensure_indexes(db)
    finally:
        db.client.close()


def count_documents(settings: Settings) -> dict[str, int]:
    """Return how many alerts of each survey and quarantined packets the store holds.

    Raises
    ------
    StoreUnavailableError
        The store does not answer.
    """
    db = connect(settings)
    try:
        counts = {survey.alerts: AlertStore(db).count(survey) for survey in SURVEYS.values()}
        return counts | {"quarantine": Quarantine(db).count()}
    finally:
        db.client.close()
