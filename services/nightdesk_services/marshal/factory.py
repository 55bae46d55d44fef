"""What one marshal process has exactly one of, and how its parts are put together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from nightdesk.crossmatch import Shelf

from nightdesk_services.common import jsonrows
from nightdesk_services.common.cutouts import CutoutPacks
from nightdesk_services.common.raw import curves
from nightdesk_services.common.store import connect_async
from nightdesk_services.marshal.auth import Authenticator, HubAuthenticator, TokenAuthenticator
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.hub import HubApi
from nightdesk_services.marshal.services import grey
from nightdesk_services.marshal.services.admissions import AdmissionService
from nightdesk_services.marshal.services.annotations import AnnotationService
from nightdesk_services.marshal.services.archive import ArchiveService
from nightdesk_services.marshal.services.associations import Associations
from nightdesk_services.marshal.services.attachments import AttachmentService
from nightdesk_services.marshal.services.audit import AuditService
from nightdesk_services.marshal.services.candidate_conditions import CandidateConditions
from nightdesk_services.marshal.services.candidate_photometry import CandidatePhotometry
from nightdesk_services.marshal.services.candidate_views import CandidateViews
from nightdesk_services.marshal.services.candidates import CandidateService
from nightdesk_services.marshal.services.cards import Cards
from nightdesk_services.marshal.services.classifications import ClassificationService
from nightdesk_services.marshal.services.clock import ReminderClock
from nightdesk_services.marshal.services.comments import CommentService
from nightdesk_services.marshal.services.events import EventService
from nightdesk_services.marshal.services.facilities import forms
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.facilities.runs import RunService
from nightdesk_services.marshal.services.facilities.shifts import ShiftService
from nightdesk_services.marshal.services.facilities.telescopes import TelescopeService
from nightdesk_services.marshal.services.filters import FilterService
from nightdesk_services.marshal.services.finders.making import Maker
from nightdesk_services.marshal.services.finders.positions import PositionService
from nightdesk_services.marshal.services.finders.references import References
from nightdesk_services.marshal.services.finders.service import FinderService
from nightdesk_services.marshal.services.followup.followup import Followup
from nightdesk_services.marshal.services.groups import GroupService
from nightdesk_services.marshal.services.hosts import HostService
from nightdesk_services.marshal.services.hub_groups import HubGroups
from nightdesk_services.marshal.services.identity import IdentityService
from nightdesk_services.marshal.services.invitations import InvitationService
from nightdesk_services.marshal.services.kowalski.desk import Kowalski
from nightdesk_services.marshal.services.listings import DeskService, ListingService
from nightdesk_services.marshal.services.looks import LookService
from nightdesk_services.marshal.services.lookups import LookupService
from nightdesk_services.marshal.services.measurements import Measurements
from nightdesk_services.marshal.services.newsfeed import NewsFeed
from nightdesk_services.marshal.services.notices import NoticeService
from nightdesk_services.marshal.services.notification_rules import NotificationRuleService
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.observability.service import ObservabilityService
from nightdesk_services.marshal.services.passages import PassageService
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.presence import PresenceService
from nightdesk_services.marshal.services.reminders import ReminderService
from nightdesk_services.marshal.services.removal import RemovalService
from nightdesk_services.marshal.services.resources import (
    ANNOTATIONS,
    COLLECTIONS,
    COMMENTS,
    SOURCES,
    Resources,
)
from nightdesk_services.marshal.services.scanreports import ScanReportService
from nightdesk_services.marshal.services.sharing import SharingService
from nightdesk_services.marshal.services.source_conditions import SourceConditions
from nightdesk_services.marshal.services.source_details import SourceDetails
from nightdesk_services.marshal.services.source_groups import SourceGroupService
from nightdesk_services.marshal.services.source_listing import SourceListing
from nightdesk_services.marshal.services.source_lookups import SourceLookupService
from nightdesk_services.marshal.services.source_minor_planets import MinorPlanets
from nightdesk_services.marshal.services.source_names import TransientNames
from nightdesk_services.marshal.services.source_notifications import SourceNotificationService
from nightdesk_services.marshal.services.source_page import SourcePage
from nightdesk_services.marshal.services.source_search import SourceSearch
from nightdesk_services.marshal.services.source_views import SourceViews
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.services.spectra.links import Links
from nightdesk_services.marshal.services.spectra.spectroscopy import Spectroscopy
from nightdesk_services.marshal.services.streams import StreamService
from nightdesk_services.marshal.services.superobjs import SuperObjService
from nightdesk_services.marshal.services.system import SystemService
from nightdesk_services.marshal.services.tags import TagService
from nightdesk_services.marshal.services.taxonomies import TaxonomyService
from nightdesk_services.marshal.services.teams import TeamService
from nightdesk_services.marshal.services.thumbnails import ThumbnailService
from nightdesk_services.marshal.services.tokens import TokenService
from nightdesk_services.marshal.services.users import UserService
from nightdesk_services.marshal.services.window import CandidateWindow
from nightdesk_services.marshal.storage.archive import Archive
from nightdesk_services.marshal.storage.attachments import Attachments
from nightdesk_services.marshal.storage.audit import Audit
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.changes import Changes
from nightdesk_services.marshal.storage.class_table import ClassTable
from nightdesk_services.marshal.storage.cutouts import StoredCutouts
from nightdesk_services.marshal.storage.desks import Desks
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.filters import Filters
from nightdesk_services.marshal.storage.hub_groups import HubGroupLinks
from nightdesk_services.marshal.storage.indexes import ensure_indexes
from nightdesk_services.marshal.storage.labels import Labels
from nightdesk_services.marshal.storage.listings import Listings
from nightdesk_services.marshal.storage.mirror import Mirror
from nightdesk_services.marshal.storage.news import News
from nightdesk_services.marshal.storage.notification_settings import NotificationSettings
from nightdesk_services.marshal.storage.notifications import Notifications
from nightdesk_services.marshal.storage.objects import Objects
from nightdesk_services.marshal.storage.outbox import Outbox
from nightdesk_services.marshal.storage.overview import Overview
from nightdesk_services.marshal.storage.people import People
from nightdesk_services.marshal.storage.queries import Queries
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.reminders import Reminders
from nightdesk_services.marshal.storage.source_labels import SourceLabels
from nightdesk_services.marshal.storage.source_lookups import SourceLookups
from nightdesk_services.marshal.storage.source_table import SourceTable
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.splits import Splits
from nightdesk_services.marshal.storage.store import Store
from nightdesk_services.marshal.storage.taxonomies import Taxonomies
from nightdesk_services.marshal.storage.thumbnails import ThumbnailFiles
from nightdesk_services.marshal.storage.tokens import Tokens
from nightdesk_services.marshal.storage.votes import Votes
from nightdesk_services.marshal.taxonomy import TAXONOMY, TAXONOMY_ID


@dataclass(frozen=True)
class Marshal:
    """The singletons of one process."""

    config: MarshalConfig
    authenticator: Authenticator
    store: Store
    audit: AuditService
    hub_groups: HubGroups
    people: PeopleService
    users: UserService
    tokens: TokenService
    groups: GroupService
    admissions: AdmissionService
    invitations: InvitationService
    teams: TeamService
    streams: StreamService
    source_groups: SourceGroupService
    sharing: SharingService
    spectroscopy: Spectroscopy
    newsfeed: NewsFeed
    system: SystemService
    filters: FilterService
    candidates: CandidateService
    passages: PassageService
    scan_reports: ScanReportService
    super_objs: SuperObjService
    identity: IdentityService
    presence: PresenceService
    associations: Associations
    hosts: HostService
    sources: SourceService
    source_page: SourcePage
    mirrors: tuple[Mirror, ...]
    source_listing: SourceListing
    source_lookups: SourceLookupService
    source_notifications: SourceNotificationService
    looks: LookService
    measurements: Measurements
    comments: CommentService
    attachments: AttachmentService
    thumbnails: ThumbnailService
    removal: RemovalService
    positions: PositionService
    finders: FinderService
    observability: ObservabilityService
    notices: NoticeService
    notification_rules: NotificationRuleService
    reminders: ReminderService
    clock: ReminderClock
    classifications: ClassificationService
    annotations: AnnotationService
    lookups: LookupService
    taxonomies: TaxonomyService
    tags: TagService
    listings: ListingService
    desks: DeskService
    archive: ArchiveService
    kowalski: Kowalski
    telescopes: TelescopeService
    instruments: InstrumentService
    allocations: AllocationService
    followup: Followup
    runs: RunService
    shifts: ShiftService
    events: EventService
    changes: Changes
    ready: asyncio.Event
    """Set once the store holds all that the marshal counts on."""

    @classmethod
    def create(
        cls, config: MarshalConfig, authenticator: Authenticator | None = None, hub: HubApi | None = None
    ) -> Marshal:
        """Put a process together; must run inside its event loop."""
        store = Store(connect_async(config.settings), config.store_timeout)
        candidates, sources, listings = Candidates(store), Sources(store), Listings(store)
        storage, filters = People(store), Filters(store)
        people = PeopleService(storage, config.directory_cache)
        issued = Tokens(store, config.token_cache)
        tokens = TokenService(issued, people)
        groups = GroupService(people, storage, filters)
        teams = TeamService(Documents(store, "teams"))
        comments, annotations, classifications = (
            {kind: Records(store, name) for kind, name in COMMENTS.items()},
            {kind: Records(store, name) for kind, name in ANNOTATIONS.items()},
            Records(store, "classifications"),
        )
        archive = Archive(store)
        cutouts = StoredCutouts(store, CutoutPacks(config.settings.cutouts))
        objects = ObjectService(archive, candidates, sources)
        cards = Cards(sources, comments[SOURCES], classifications, listings)
        window = CandidateWindow(candidates, config.window_rows)
        changes = Changes(store)
        resources = Resources(objects, {kind: Documents(store, name) for kind, name in COLLECTIONS.items()})
        notifications, reminders = Notifications(store), Reminders(store)
        notices = NoticeService(notifications)
        attachments = AttachmentService(Attachments(store, config.settings.data_dir / "attachments"))
        annotation_service = AnnotationService(annotations, resources)
        instruments, allocations = Documents(store, "instruments"), Documents(store, "allocations")
        telescope_service = TelescopeService(Documents(store, "telescopes"), instruments)
        instrument_service = InstrumentService(
            instruments, Documents(store, "instrument_logs"), allocations, telescope_service
        )
        measurements = Measurements.create(
            store=store,
            objects=objects,
            sources=sources,
            candidates=candidates,
            people=people,
            classifications=classifications,
            annotations=annotations[SOURCES],
        )
        labels, requests = SourceLabels(store), Documents(store, "source_requests")
        spectra = Documents(store, "spectra")
        views = SourceViews(
            sources=sources,
            comments=comments[SOURCES],
            classifications=classifications,
            annotations=annotations[SOURCES],
            tags=Documents(store, "tags"),
            tag_options=Documents(store, "tag_options"),
            spectra=spectra,
            photometry=Documents(store, "photometry"),
            phot_stats=measurements.stats,
            galaxies=Documents(store, "galaxies"),
            requests=requests,
            super_objs=Documents(store, "super_objs"),
            labels=labels,
        )
        source_table, classes = SourceTable(store), ClassTable(store)
        source_search = SourceSearch(sources, source_table)
        conditions = SourceConditions(
            classes=classes,
            annotations=annotations[SOURCES],
            comments=comments[SOURCES],
            taxonomies=Documents(store, "taxonomies"),
            spectra=spectra,
            allocations=allocations,
            followup=Documents(store, "followup_requests"),
            requests=requests,
            listings=listings,
            labels=labels,
            phot_stats=measurements.stat_finder,
            search=source_search,
        )
        candidate_conditions = CandidateConditions(
            sources=sources,
            listings=listings,
            classes=classes,
            annotations=annotations[SOURCES],
            phot_stats=measurements.stat_finder,
            photometry=CandidatePhotometry(
                Documents(store, ANNOTATIONS["photometry"]), Documents(store, "photometry")
            ),
        )
        files = ThumbnailFiles(config.settings.data_dir / "thumbnails")
        thumbnails = ThumbnailService(Documents(store, "thumbnails"), files, objects)
        lookups = SourceLookups(store)
        details = SourceDetails(
            candidates=candidates,
            views=views,
            photometry=measurements.photometry,
            phot_stats=measurements.stats,
            thumbnails=thumbnails,
            lookups=lookups,
        )
        source_service = SourceService(sources=sources, views=views, objects=objects, details=details)
        archive_service = ArchiveService(archive, cutouts, objects, config.image_cache)
        run_service = RunService(
            Documents(store, "observing_runs"),
            Documents(store, "assignments"),
            instrument_service,
            sources,
            objects,
        )
        positions = PositionService(objects, sources, measurements.points, instruments)
        followup = Followup.create(
            store=store,
            hosts=config.settings.facility_hosts,
            instruments=instrument_service,
            runs=run_service,
            sources=sources,
            objects=objects,
            candidates=candidates,
            classifications=classifications,
            photometry=measurements.photometry,
            people=people,
        )
        super_objs = SuperObjService(Documents(store, "super_objs"), objects, sources)
        identity = IdentityService(super_objs, Splits(store), archive, sources)
        associations = Associations(store, identity)
        source_service.on_saved += [
            measurements.stat_clock.saved,
            followup.defaults.saved,
            associations.saved,
        ]
        spectroscopy = Spectroscopy.create(
            store=store,
            resources=resources,
            instruments=instrument_service,
            links=Links(followup.sight, run_service),
            posts=measurements.posts,
            sources=sources,
            classifications=classifications,
            stat_finder=measurements.stat_finder,
        )
        shelf, filter_service = Shelf(config.settings.catalogs), FilterService(filters)
        return cls(
            config=config,
            authenticator=TokenAuthenticator(authenticator or HubAuthenticator(config), tokens, store),
            store=store,
            audit=AuditService(store, Audit(store)),
            hub_groups=HubGroups(
                store=store,
                hub=HubApi.from_environment(config.hub_timeout) if hub is None else hub,
                links=HubGroupLinks(store),
                storage=storage,
                people=people,
                interval=config.hub_interval,
            ),
            people=people,
            users=UserService(people, storage, issued),
            tokens=tokens,
            groups=groups,
            admissions=AdmissionService(
                Documents(store, "group_admission_requests"), people, storage, groups, notices
            ),
            invitations=InvitationService(Documents(store, "invitations"), people, storage),
            teams=teams,
            streams=StreamService(people, storage, filters),
            source_groups=SourceGroupService(
                Documents(store, "source_requests"), sources, source_service, objects
            ),
            sharing=SharingService(Documents(store, "photometry"), Documents(store, "spectra")),
            spectroscopy=spectroscopy,
            newsfeed=NewsFeed(News(store), teams),
            system=SystemService(Overview(store)),
            filters=filter_service,
            candidates=CandidateService(
                candidates=candidates,
                window=window,
                cards=cards,
                conditions=candidate_conditions,
                views=CandidateViews(sources, views, measurements.photometry, spectroscopy.listing),
                annotations=annotations[SOURCES],
                queries=Queries(store),
                sources=source_service,
                objects=objects,
            ),
            scan_reports=ScanReportService(
                Documents(store, "scan_reports"),
                Documents(store, "scan_report_items"),
                candidates,
                sources,
                classifications,
            ),
            super_objs=super_objs,
            identity=identity,
            presence=PresenceService(store, people, objects),
            associations=associations,
            hosts=HostService(Documents(store, "galaxies"), source_service, sources),
            passages=PassageService(candidates, window, filters, sources, candidate_conditions),
            sources=source_service,
            source_page=SourcePage(
                sources=source_service,
                details=details,
                photometry=measurements.photometry,
                spectra=spectroscopy.listing,
                archive=archive_service,
            ),
            mirrors=(source_table, classes),
            source_listing=SourceListing(
                sources=sources,
                search=source_search,
                conditions=conditions,
                views=views,
                annotations=annotations[SOURCES],
                queries=Queries(store),
                phot_stats=measurements.stat_finder,
            ),
            source_lookups=SourceLookupService(
                store=store,
                lookups=lookups,
                service=source_service,
                sources=sources,
                people=people,
                notices=notices,
                names=TransientNames(shelf.catalogues),
                minor_planets=MinorPlanets(archive),
            ),
            source_notifications=SourceNotificationService(
                Documents(store, "source_notifications"), source_service, notices
            ),
            looks=LookService(labels, source_service, sources),
            measurements=measurements,
            comments=CommentService(comments, resources, attachments, notices),
            attachments=attachments,
            notices=notices,
            thumbnails=thumbnails,
            removal=RemovalService(Objects(store), objects, sources, candidates, thumbnails),
            positions=positions,
            finders=FinderService(
                maker=Maker(shelf.catalogues),
                positions=positions,
                references=References(objects, archive, cutouts),
                runs=run_service,
                assignments=Documents(store, "assignments"),
            ),
            observability=ObservabilityService(Documents(store, "telescopes"), positions),
            notification_rules=NotificationRuleService(
                Documents(store, "notification_rules"),
                NotificationSettings(store),
                Outbox(store),
                Documents(store, "filters"),
                config.settings,
            ),
            reminders=ReminderService(reminders, resources),
            clock=ReminderClock(store, reminders, notifications, people),
            classifications=ClassificationService(
                classifications, Votes(store), Labels(store), Taxonomies(store), resources
            ),
            annotations=annotation_service,
            lookups=LookupService(shelf.catalogues, annotation_service, resources, objects, sources),
            taxonomies=TaxonomyService(Taxonomies(store), classifications),
            tags=TagService(Documents(store, "tag_options"), Documents(store, "tags"), objects),
            listings=ListingService(listings, objects),
            desks=DeskService(Desks(store)),
            archive=archive_service,
            kowalski=Kowalski.create(store, shelf, filter_service, cutouts),
            telescopes=telescope_service,
            instruments=instrument_service,
            allocations=followup.allocations,
            followup=followup,
            runs=run_service,
            shifts=ShiftService(Documents(store, "shifts"), Documents(store, "shift_comments")),
            events=EventService(
                store=store,
                changes=changes,
                people=people,
                cards=cards,
                sources=source_service,
                followup=followup.listing,
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
        self.clock.start()
        self.hub_groups.start()
        self.associations.start()
        self.measurements.stat_clock.start()
        self.source_lookups.start()
        for mirror in self.mirrors:
            mirror.start()
        # nobody who hands in a request shall wait for that, nor the marshal's start
        self.followup.dispatch.start(partial(asyncio.to_thread, forms.learn))
        self.ready.set()

    async def settled(self) -> None:
        """Wait until all is in memory that shall be, compiled code too."""
        await asyncio.gather(
            asyncio.to_thread(curves.compiled),
            asyncio.to_thread(jsonrows.compiled),
            asyncio.to_thread(grey.compiled),
            *(mirror.whole.wait() for mirror in self.mirrors),
        )

    async def close(self) -> None:
        """End following the store, and all connections to it."""
        await self.followup.dispatch.stop()
        await self.hub_groups.stop()
        await self.audit.stop()
        await self.clock.stop()
        await self.associations.stop()
        await self.measurements.stat_clock.stop()
        await self.source_lookups.stop()
        for mirror in self.mirrors:
            await mirror.stop()
        await self.events.stop()
        await self.store.close()
