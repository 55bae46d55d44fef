"""Putting the broker's parts together."""

from __future__ import annotations

from nightdesk.crossmatch import Shelf
from nightdesk.settings import Settings
from nightdesk.surveys import SURVEYS

from nightdesk_services.broker.services.filters import FilterSet
from nightdesk_services.broker.services.pipeline import Pipeline
from nightdesk_services.broker.services.stages import Crossmatch, Features, History
from nightdesk_services.broker.storage.alerts import AlertStore
from nightdesk_services.broker.storage.candidates import CandidateStore
from nightdesk_services.broker.storage.filters import FilterStore
from nightdesk_services.broker.storage.guard import guarded
from nightdesk_services.broker.storage.history import HistoryStore
from nightdesk_services.broker.storage.indexes import ensure_indexes
from nightdesk_services.broker.storage.quarantine import Quarantine
from nightdesk_services.common.defaults import ensure_defaults
from nightdesk_services.common.store import connect


def build_pipeline(settings: Settings) -> Pipeline:
    """Return a pipeline with connections of its own; one per worker process."""
    db = connect(settings)
    objects, filters = HistoryStore(db), FilterStore(db)
    return Pipeline(
        stages=[History(objects.read), Crossmatch(Shelf(settings.catalogs).catalogues), Features()],
        filters=FilterSet(filters.active, filters.record_error),
        alerts=AlertStore(db),
        objects=objects,
        candidates=CandidateStore(db),
        quarantine=Quarantine(db),
    )


def prepare_store(settings: Settings) -> None:
    """Create the indexes and the first contents that are missing.

    Raises
    ------
    StoreUnavailableError
        The store does not answer.
    """
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
