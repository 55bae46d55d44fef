"""Kowalski's part of a desk, put together."""

from __future__ import annotations

from dataclasses import dataclass

from nightdesk.crossmatch import Shelf

from nightdesk_services.marshal.services.filters import FilterService
from nightdesk_services.marshal.services.kowalski.catalogs import Catalogs
from nightdesk_services.marshal.services.kowalski.cutouts import Cutouts
from nightdesk_services.marshal.services.kowalski.filters import KowalskiFilters
from nightdesk_services.marshal.services.kowalski.labels import LabelService
from nightdesk_services.marshal.services.kowalski.queries import QueryService
from nightdesk_services.marshal.services.kowalski.skymaps import SkymapService
from nightdesk_services.marshal.services.kowalski.trying import FilterTrial
from nightdesk_services.marshal.storage.cutouts import StoredCutouts
from nightdesk_services.marshal.storage.kowalski import Labels, Raw, Skymaps
from nightdesk_services.marshal.storage.store import Store


@dataclass(frozen=True)
class Kowalski:
    """The services that answer in Kowalski's language."""

    queries: QueryService
    filters: KowalskiFilters
    trial: FilterTrial
    labels: LabelService
    skymaps: SkymapService

    @classmethod
    def create(cls, store: Store, shelf: Shelf, filters: FilterService, cutouts: StoredCutouts) -> Kowalski:
        """Put them together."""
        raw, skymaps = Raw(store), SkymapService(Skymaps(store))
        own = KowalskiFilters(filters)
        return cls(
            queries=QueryService(store, Catalogs(raw, shelf), skymaps, Cutouts(cutouts)),
            filters=own,
            trial=FilterTrial(store, own, raw),
            labels=LabelService(Labels(store), raw),
            skymaps=skymaps,
        )
