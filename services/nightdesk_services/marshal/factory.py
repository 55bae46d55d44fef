"""What one marshal process has exactly one of, and how its parts are put together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from nightdesk_services.common.store import connect_async
from nightdesk_services.marshal.auth import Authenticator, HubAuthenticator
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.services.archive import ArchiveService
from nightdesk_services.marshal.services.candidates import CandidateService
from nightdesk_services.marshal.services.cards import Cards
from nightdesk_services.marshal.services.events import EventService
from nightdesk_services.marshal.services.filters import FilterService
from nightdesk_services.marshal.services.groups import GroupService
from nightdesk_services.marshal.services.listings import DeskService, ListingService
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.photometry import PhotometryService
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.services.window import CandidateWindow
from nightdesk_services.marshal.services.words import AnnotationService, ClassificationService, CommentService
from nightdesk_services.marshal.storage.archive import Archive
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.changes import Changes
from nightdesk_services.marshal.storage.desks import Desks
from nightdesk_services.marshal.storage.filters import Filters
from nightdesk_services.marshal.storage.indexes import ensure_indexes
from nightdesk_services.marshal.storage.listings import Listings
from nightdesk_services.marshal.storage.people import People
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import Store
from nightdesk_services.marshal.storage.taxonomies import Taxonomies
from nightdesk_services.marshal.taxonomy import TAXONOMY, TAXONOMY_ID


@dataclass(frozen=True)
class Marshal:
    """The singletons of one process."""

    config: MarshalConfig
    authenticator: Authenticator
    store: Store
    people: PeopleService
    groups: GroupService
    filters: FilterService
    candidates: CandidateService
    sources: SourceService
    photometry: PhotometryService
    comments: CommentService
    classifications: ClassificationService
    annotations: AnnotationService
    listings: ListingService
    desks: DeskService
    archive: ArchiveService
    events: EventService
    changes: Changes
    ready: asyncio.Event
    """Set once the store holds all that the marshal counts on."""

    @classmethod
    def create(cls, config: MarshalConfig, authenticator: Authenticator | None = None) -> Marshal:
        """Put a process together; must run inside its event loop."""
        store = Store(connect_async(config.settings), config.store_timeout)
        candidates, sources, listings = Candidates(store), Sources(store), Listings(store)
        people = PeopleService(People(store), config.directory_cache)
        comments, classifications, annotations = (
            Records(store, name) for name in ("comments", "classifications", "annotations")
        )
        archive = Archive(store)
        objects = ObjectService(archive, candidates, sources)
        cards = Cards(sources, comments, classifications, listings)
        window = CandidateWindow(candidates, config.window_rows)
        changes = Changes(store)
        source_service = SourceService(
            sources=sources,
            candidates=candidates,
            comments=comments,
            classifications=classifications,
            annotations=annotations,
            objects=objects,
        )
        return cls(
            config=config,
            authenticator=authenticator or HubAuthenticator(config),
            store=store,
            people=people,
            groups=GroupService(people, People(store)),
            filters=FilterService(Filters(store)),
            candidates=CandidateService(
                candidates=candidates,
                window=window,
                cards=cards,
                sources=sources,
                listings=listings,
                objects=objects,
            ),
            sources=source_service,
            photometry=PhotometryService(objects),
            comments=CommentService(comments, objects),
            classifications=ClassificationService(classifications, Taxonomies(store), objects),
            annotations=AnnotationService(annotations),
            listings=ListingService(listings, objects),
            desks=DeskService(Desks(store)),
            archive=ArchiveService(archive, objects, config.image_cache),
            events=EventService(
                store=store,
                changes=changes,
                people=people,
                cards=cards,
                sources=source_service,
                window=window,
                interval=config.push_interval,
                most_cards=config.push_cards,
            ),
            changes=changes,
            ready=asyncio.Event(),
        )

    async def prepare(self) -> None:
        """Create the indexes and documents that the marshal counts on; may be repeated."""
        await ensure_indexes(self.store)
        await Taxonomies(self.store).ensure(TAXONOMY_ID, TAXONOMY)
        await self.store.align_counters()
        self.people.forget()
        self.ready.set()

    async def close(self) -> None:
        """End following the store, and all connections to it."""
        await self.events.stop()
        await self.store.close()
