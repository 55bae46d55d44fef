"""Sending quarantined packets again, and letting go of those that were then dealt with."""

from __future__ import annotations

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from nightdesk_services.broker.models.errors import StreamUnavailableError
from nightdesk_services.broker.storage.quarantine import Quarantine
from nightdesk_services.broker.storage.retries import Retries

log = logging.getLogger(__name__)

Document = dict[str, Any]
Place = tuple[str, int, int]

# A packet without a place by then was not sent: this process ended in between.
_UNSENT_AFTER = timedelta(seconds=30)
_GONE = "it is not in the quarantine any more"


class Stream(Protocol):
    """What is asked of the stream."""

    def publish(self, topic: str, payload: bytes) -> Place:
        """Send a packet; return topic, partition and offset once the stream has it."""
        ...

    def committed(self, places: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Return up to which offset the broker has dealt with partitions."""
        ...


class Retrying:
    """Retries of quarantined packets; what is under way is in the store and survives a restart.

    A packet leaves the quarantine when the broker's group is past its new place and it has not been refused
    again; the workers refuse before they commit, so that the order of the two questions decides.
    """

    def __init__(self, quarantine: Quarantine, retries: Retries, connect: Callable[[], Stream]) -> None:
        self._quarantine = quarantine
        self._retries = retries
        self._connect = connect
        self._stream: Stream | None = None
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self.outcomes: Counter[str] = Counter()
        """Since the service started: ``sent``, ``dealt_with``, ``returned``."""

    def retry(self, digests: Sequence[str], by: str) -> Document:
        """Send packets again.

        Returns
        -------
        outcome
            ``sent``: how many; ``refused``: id and reason of those that cannot be sent.

        Raises
        ------
        StoreUnavailableError, StreamUnavailableError
            Some may have been sent; asking again is harmless.
        """
        sent, refused = 0, []
        with self._lock:
            for digest in dict.fromkeys(digests):
                entry = self._quarantine.entry(digest)
                if entry is None or (why := _unfit(entry)):
                    refused.append({"id": digest, "reason": _GONE if entry is None else why})
                    continue
                token = uuid.uuid4().hex
                self._retries.mark(digest, token, by)
                self._quarantine.tried(digest)
                try:
                    self._send(entry, token)
                except StreamUnavailableError:
                    self._retries.drop(digest, token)
                    raise
                sent += 1
        log.info("%s sent %d quarantined packets again, %d cannot be", by, sent, len(refused))
        return {"sent": sent, "refused": refused}

    def sweep(self) -> int:
        """Let go of retried packets that were dealt with; return how many attempts are still under way.

        Raises
        ------
        StoreUnavailableError, StreamUnavailableError
            The next call goes on.
        """
        with self._lock:
            pending = self._retries.pending()
            gone = self._under_way - {attempt["token"] for attempt in pending}
            self.outcomes["returned"] += len(gone)
            self._under_way -= gone
            placed = [attempt for attempt in pending if attempt["place"]]
            for attempt in pending:
                if not attempt["place"] and datetime.now(UTC) - attempt["at"] > _UNSENT_AFTER:
                    entry = self._quarantine.entry(attempt["_id"])
                    if entry is None:
                        self._retries.drop(attempt["_id"])
                    else:
                        self._send(entry, attempt["token"])
            if not placed:
                return len(pending)
            reached = self._open().committed({(a["place"][0], a["place"][1]) for a in placed})
            for attempt in placed:
                topic, partition, offset = attempt["place"]
                digest, token = attempt["_id"], attempt["token"]
                # the mark is asked after the commit: it is gone if the packet was refused again
                if reached.get((topic, partition), -1) > offset and self._retries.holds(digest, token):
                    self._quarantine.delete([digest])
                    self._retries.drop(digest, token)
                    self.outcomes["dealt_with"] += 1
                    self._under_way.discard(token)
                    pending.remove(attempt)
            return len(pending)

    def _send(self, entry: Document, token: str) -> None:
        place = self._open().publish(entry["topic"], entry["payload"])
        self._retries.placed(entry["_id"], token, place)
        self._under_way.add(token)
        self.outcomes["sent"] += 1

    def _open(self) -> Stream:
        if self._stream is None:
            self._stream = self._connect()
        return self._stream


def _unfit(entry: Document) -> str:
    if len(entry["payload"]) != entry["size"]:
        return "only the beginning of its bytes was kept"
    if not entry["topic"]:
        return "the topic that it came from is not known"
    return ""
