"""The post office: takes what is due, asks once more who may see it, and sends it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.storage.notifications import Notifications
from nightdesk_services.marshal.storage.outbox import Outbox
from nightdesk_services.marshal.storage.store import Store
from nightdesk_services.notifier.config import NotifierConfig
from nightdesk_services.notifier.models.errors import DeliveryError
from nightdesk_services.notifier.models.occasion import Letter, Message
from nightdesk_services.notifier.services.channels.base import Channel
from nightdesk_services.notifier.services.composing import letter
from nightdesk_services.notifier.services.kinds.base import Kind
from nightdesk_services.notifier.services.kinds.own import UNDELIVERED
from nightdesk_services.notifier.services.metrics import Metrics
from nightdesk_services.notifier.services.queueing import INBOX
from nightdesk_services.notifier.services.receivers import Receiver, Receivers
from nightdesk_services.notifier.stopping import end_if_cancelled
from nightdesk_services.notifier.storage.queue import Queue

log = logging.getLogger(__name__)

_HOUR = timedelta(hours=1)


class Dispatching:
    """Sends each letter once; one whose sender ended before its end is sent again by the same key."""

    def __init__(
        self,
        *,
        config: NotifierConfig,
        store: Store,
        queue: Queue,
        outbox: Outbox,
        notifications: Notifications,
        receivers: Receivers,
        kinds: Sequence[Kind],
        channels: Mapping[str, Channel],
        metrics: Metrics,
        time: Callable[[], datetime],
    ) -> None:
        self._config = config
        self._store = store
        self._queue = queue
        self._outbox = outbox
        self._notifications = notifications
        self._receivers = receivers
        self._kinds = {kind.name: kind for kind in kinds}
        self._channels = channels
        self._metrics = metrics
        self._time = time
        self._busy: set[tuple[int, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        # one that does not answer must not hold up the others
        self._room = {channel: asyncio.Semaphore(config.parallel) for channel in channels}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.warning("letters wait: %s", error.message)
            except Exception:
                log.exception("letters could not be sent")
            end_if_cancelled()
            await asyncio.sleep(self._config.look_every)

    async def look(self) -> None:
        """Begin to send what is due; a slow channel keeps only its own reader waiting."""
        time = self._time()
        with self._store.bounded():
            abandoned = await self._queue.abandoned(time)
            due = [place for place in await self._queue.due(time) if place not in self._busy]
            self._metrics.waiting.set(await self._queue.waiting())
        if due or abandoned:
            # what people may see is asked anew
            self._receivers.forget()
        for delivery, channel in abandoned:
            self._start(channel, self._take_over(delivery))
        for place in due:
            self._busy.add(place)
            self._start(place[1], self._visit(*place), place)

    async def settle(self) -> None:
        """Wait until all that was begun has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(
        self, channel: str, work: Coroutine[Any, Any, None], place: tuple[int, str] | None = None
    ) -> None:
        async def guarded() -> None:
            try:
                async with self._room.get(channel) or nullcontext():
                    await work
            except Unavailable as error:
                log.warning("a letter waits: %s", error.message)
            except Exception:
                log.exception("a letter could not be sent")
            finally:
                if place is not None:
                    self._busy.discard(place)

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _visit(self, user_id: int, channel: str) -> None:
        """Send one person by one channel what they asked to try, and what else may go now."""
        while await self._collect(user_id, channel, tests=True):
            pass
        with self._store.bounded():
            until = await self._hold(user_id, channel)
            if until is not None:
                await self._queue.postpone(user_id, channel, self._time(), until)
        if until is None:
            await self._collect(user_id, channel, tests=False)

    async def _hold(self, user_id: int, channel: str) -> datetime | None:
        """Return until when a person must not be sent anything by a channel; None if they may."""
        time = self._time()
        receiver = await self._receivers.get(user_id)
        if receiver is not None and receiver.quiet is not None and channel != INBOX:
            end = receiver.quiet.until(time)
            if end > time:
                return end
        if (retry := await self._queue.held_until(user_id, channel, time)) is not None:
            return retry
        settings = receiver.settings if receiver is not None else {}
        most = self._config.settings.notify_per_hour
        most = min(most, settings.get("per_hour") or most)
        sent = await self._queue.sent(user_id, channel, time - _HOUR)
        return sent[-most] + _HOUR if len(sent) >= most else None

    async def _collect(self, user_id: int, channel: str, *, tests: bool) -> bool:
        """Take what is due and send it as one; False if nothing was there."""
        time = self._time()
        fields: dict[str, Any] = {"delivery": uuid.uuid4().hex, "lease": time + self._config.lease}
        with self._store.bounded():
            if channel == INBOX:
                fields["number"] = await self._notifications.reserve()
            entries = await self._queue.claim(user_id, channel, time, fields, tests=tests)
        if entries:
            await self._deliver(entries)
        return bool(entries)

    async def _take_over(self, delivery: str) -> None:
        time = self._time()
        with self._store.bounded():
            entries = await self._queue.take_over(delivery, time, time + self._config.lease)
        if entries:
            await self._deliver(entries)

    async def _deliver(self, entries: Sequence[Document]) -> None:
        """Send the entries of one delivery as one letter, and note what became of it."""
        delivery, channel = entries[0]["delivery"], entries[0]["channel"]
        with self._store.bounded():
            receiver = await self._receivers.get(entries[0]["user_id"])
            told = await self._told(receiver, entries)
            if hidden := [one for one in entries if one["_id"] not in told]:
                ids = [one["_id"] for one in hidden]
                await self._queue.end(
                    delivery, "dropped", self._time(), error="not visible any more", ids=ids
                )
                for one in hidden:
                    self._metrics.dropped.labels(one["kind"]).inc()
        if receiver is None or not told:
            return
        kept = [one for one in entries if one["_id"] in told]
        sent = letter(delivery, list(told.values()), entries[0].get("number"))
        try:
            if channel not in self._channels:
                raise DeliveryError("there is no such channel any more", final=True)
            await self._channels[channel].send(receiver, sent)
        except DeliveryError as error:
            with self._store.bounded():
                await self._failed(kept, sent, error)
            return
        time = self._time()
        with self._store.bounded():
            await self._queue.end(delivery, "sent", time)
        self._metrics.letters.labels(channel, "sent").inc()
        for one in kept:
            self._metrics.delay.labels(channel).observe(max(0.0, (time - one["created_at"]).total_seconds()))

    async def _told(self, receiver: Receiver | None, entries: Sequence[Document]) -> dict[str, Message]:
        """Return what each entry tells now, without those that tell their reader nothing."""
        told: dict[str, Message] = {}
        for entry in entries:
            kind = self._kinds.get(entry["kind"])
            if receiver is None or kind is None or not kind.allows(receiver):
                continue
            try:
                message = await kind.message(receiver, entry["about"])
            except (KeyError, TypeError, ValueError):
                # one odd record must not hold back the others
                log.exception("%s cannot be told", entry["_id"])
                continue
            if message is not None:
                told[entry["_id"]] = Message(message.title, message.text, message.url, entry["kind"])
        return told

    async def _failed(self, entries: Sequence[Document], sent: Letter, error: DeliveryError) -> None:
        """Let what may be tried again wait for it; tell its reader of the rest."""
        most = self._config.settings.notify_attempts
        again = [one for one in entries if not error.final and one["attempts"] + 1 < most]
        ended = [one for one in entries if one not in again]
        channel, user_id, time = entries[0]["channel"], entries[0]["user_id"], self._time()
        if again:
            tries = max(one["attempts"] for one in again)
            pause = min(self._config.first_retry * 2**tries, self._config.longest_retry)
            await self._queue.again(sent.key, time + pause, error.why, [one["_id"] for one in again])
            self._metrics.letters.labels(channel, "again").inc()
        if ended:
            if channel != INBOX:
                about = {"channel": channel, "why": error.why, "text": sent.title, "url": sent.url}
                await self._outbox.put(
                    f"{UNDELIVERED}:{sent.key}", user_id, INBOX, kind=UNDELIVERED, about=about, time=time
                )
            ids = [one["_id"] for one in ended]
            await self._queue.end(sent.key, "failed", time, error=error.why, ids=ids)
            self._metrics.letters.labels(channel, "failed").inc()
