"""What one notifier process has exactly one of, and how its parts are put together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from nightdesk_services.common.store import connect_async
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.resources import COMMENTS
from nightdesk_services.marshal.storage.archive import Archive
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.indexes import ensure_indexes
from nightdesk_services.marshal.storage.listings import Listings
from nightdesk_services.marshal.storage.notification_settings import NotificationSettings
from nightdesk_services.marshal.storage.notifications import Notifications
from nightdesk_services.marshal.storage.outbox import Outbox
from nightdesk_services.marshal.storage.people import People
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import Store, now
from nightdesk_services.notifier.config import NotifierConfig
from nightdesk_services.notifier.services.channels.base import Channel
from nightdesk_services.notifier.services.channels.inbox import Inbox
from nightdesk_services.notifier.services.channels.own import JsonWebhook, Slack
from nightdesk_services.notifier.services.channels.services import Services
from nightdesk_services.notifier.services.channels.site import Email, SlackBot, Sms
from nightdesk_services.notifier.services.clock import ShiftClock
from nightdesk_services.notifier.services.dispatching import Dispatching
from nightdesk_services.notifier.services.following import PEOPLE, RULES, Following
from nightdesk_services.notifier.services.kinds.admissions import Admissions
from nightdesk_services.notifier.services.kinds.base import Kind
from nightdesk_services.notifier.services.kinds.classifications import Classifications
from nightdesk_services.notifier.services.kinds.comments import Comments
from nightdesk_services.notifier.services.kinds.filter_hits import FilterHits
from nightdesk_services.notifier.services.kinds.followup import FollowupRequests
from nightdesk_services.notifier.services.kinds.mentions import Mentions
from nightdesk_services.notifier.services.kinds.own import Tests, Undelivered
from nightdesk_services.notifier.services.kinds.shifts import Shifts
from nightdesk_services.notifier.services.metrics import Metrics
from nightdesk_services.notifier.services.queueing import INBOX, Queueing
from nightdesk_services.notifier.services.receivers import Receivers
from nightdesk_services.notifier.services.rulebook import RuleBook
from nightdesk_services.notifier.storage.changes import FollowedChanges
from nightdesk_services.notifier.storage.last import Last
from nightdesk_services.notifier.storage.queue import Queue

_CACHE_SECONDS = 5.0
_OUTSIDE = 4
"""Channels that wait for others' servers."""


@dataclass(frozen=True)
class Notifier:
    """The singletons of one process."""

    config: NotifierConfig
    store: Store
    following: Following
    clock: ShiftClock
    dispatching: Dispatching
    services: Services
    metrics: Metrics

    @classmethod
    def create(cls, config: NotifierConfig, time: Callable[[], datetime] = now) -> Notifier:
        """Return a notifier; nothing is asked of the store yet."""
        store = Store(connect_async(config.settings), config.store_timeout)
        people = PeopleService(People(store), _CACHE_SECONDS)
        receivers = Receivers(people, NotificationSettings(store), _CACHE_SECONDS)
        rulebook = RuleBook(Documents(store, RULES), _CACHE_SECONDS)
        metrics, outbox, notifications = Metrics(), Outbox(store), Notifications(store)
        queueing = Queueing(outbox, receivers, metrics, time)
        shifts = Shifts(Documents(store, "shifts"), Last(store), time)
        kinds = _kinds(store, rulebook, people, shifts)
        watched = {*PEOPLE, RULES, *(name for kind in kinds for name in kind.collections)}
        changes = FollowedChanges(store, watched, config.save_every)
        services = Services(_OUTSIDE * config.parallel, config.patience)
        return cls(
            config=config,
            store=store,
            following=Following(
                store=store,
                changes=changes,
                kinds=kinds,
                rulebook=rulebook,
                receivers=receivers,
                queueing=queueing,
            ),
            clock=ShiftClock(store, shifts, rulebook, queueing, interval=config.clock_every, time=time),
            dispatching=Dispatching(
                config=config,
                store=store,
                queue=Queue(store),
                outbox=outbox,
                notifications=notifications,
                receivers=receivers,
                kinds=kinds,
                channels=_channels(config, services, notifications),
                metrics=metrics,
                time=time,
            ),
            services=services,
            metrics=metrics,
        )

    async def prepare(self) -> None:
        """Create the indexes that are counted on; may be repeated."""
        await ensure_indexes(self.store)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for part in (self.following, self.clock, self.dispatching):
                tasks.create_task(part.run())

    async def close(self) -> None:
        """Wait for letters that are on their way, and end all connections."""
        await self.dispatching.settle()
        await self.services.close()
        await self.store.close()


def _kinds(store: Store, rulebook: RuleBook, people: PeopleService, shifts: Shifts) -> list[Kind]:
    listings, candidates, sources = Listings(store), Candidates(store), Sources(store)
    requests = Documents(store, "followup_requests")
    sight = RequestSight(requests, sources, ObjectService(Archive(store), candidates, sources))
    return [
        Mentions({name: Records(store, name) for name in COMMENTS.values()}),
        Comments(Records(store, "comments"), listings, rulebook),
        Classifications(Records(store, "classifications"), listings),
        FilterHits(candidates, Documents(store, "filters")),
        FollowupRequests(requests, sight, Last(store)),
        shifts,
        Admissions(Documents(store, "group_admission_requests"), people),
        Tests(),
        Undelivered(),
    ]


def _channels(config: NotifierConfig, services: Services, notifications: Notifications) -> dict[str, Channel]:
    settings = config.settings
    home = settings.public_url
    bot = SlackBot(services, settings.notify_slack, home)
    return {
        INBOX: Inbox(notifications),
        "email": Email(services, settings.notify_email, home),
        "sms": Sms(services, settings.notify_sms, home),
        "slack": Slack(services, settings, bot),
        "webhook": JsonWebhook(services, settings),
    }
