"""Following packets until the pipeline has dealt with each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from nightdesk.surveys import Survey

from nightdesk_services.broker.models.replay import Refused, ReplaySummary
from nightdesk_services.broker.services.replaying.parcels import Parcel


class Alerts(Protocol):
    """What is asked of the alert store."""

    def existing(self, survey: Survey, candids: Iterable[int]) -> set[int]:
        """Return which alerts are there."""
        ...


class Reasons(Protocol):
    """What is asked of the quarantine."""

    def reasons(self, digests: Iterable[str]) -> dict[str, str]:
        """Return why payloads are there."""
        ...


class Progress(Protocol):
    """What is asked of the stream."""

    def committed(self, places: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Return up to which offset partitions have been dealt with."""
        ...


class Tracker:
    """Packets that were sent and not yet dealt with.

    A packet has been dealt with when its new alerts are in the store, or its bytes are in the quarantine; one
    that changes nothing, being there already, when the broker's committed offset has passed it.
    """

    def __init__(self, alerts: Alerts, quarantine: Reasons, stream: Progress, summary: ReplaySummary) -> None:
        self._alerts = alerts
        self._quarantine = quarantine
        self._stream = stream
        self._summary = summary
        self._seen: set[tuple[str, int]] = set()
        self.pending: list[Parcel] = []
        self.bytes = 0
        """Size of what is pending."""

    def expect(self, parcels: Sequence[Parcel]) -> None:
        """Note what is there before these packets are sent.

        Raises
        ------
        StoreUnavailableError
            The store does not answer; call again.
        """
        there = self._existing(parcels, lambda parcel: parcel.ids)
        refused = self._quarantine.reasons([p.digest for p in parcels])
        for parcel in parcels:
            name = parcel.survey.name
            fresh = []
            for candid in parcel.ids:
                if (name, candid) not in there and (name, candid) not in self._seen:
                    fresh.append(candid)
                self._seen.add((name, candid))
            parcel.fresh = tuple(fresh)
            parcel.was_refused = parcel.digest in refused

    def sent(self, parcel: Parcel) -> None:
        """Follow a packet from now on."""
        self.pending.append(parcel)
        self.bytes += len(parcel.payload)

    def look(self, *, thorough: bool = False) -> int:
        """Take note of what has been dealt with; return how many packets that were.

        Parameters
        ----------
        thorough
            Ask the store for every packet, not only for those that the committed offset has passed: a
            stream that forgot its offsets says nothing.

        Raises
        ------
        StoreUnavailableError, StreamUnavailableError
            One of them does not answer; call again.
        """
        passed = self._passed()
        asked = self.pending if thorough else [p for p in self.pending if id(p) in passed]
        if not asked:
            return 0
        there = self._existing(asked, lambda parcel: parcel.fresh)
        unclear = [p for p in asked if p.bad or not self._stored(p, there)]
        reasons = self._quarantine.reasons([p.digest for p in unclear])
        done = set()
        for parcel in asked:
            reason = reasons.get(parcel.digest, "")
            if not reason and (parcel.bad or not self._stored(parcel, there)):
                continue
            # what was there before tells nothing: then only the offset does
            if id(parcel) in passed or (not parcel.was_refused if reason else parcel.fresh):
                self._settle(parcel, reason)
                done.add(id(parcel))
        self.pending = [parcel for parcel in self.pending if id(parcel) not in done]
        return len(done)

    def lost(self, before: float) -> list[Parcel]:
        """Return what was sent before a (monotonic) time and is still pending."""
        return [parcel for parcel in self.pending if parcel.sent_at < before]

    def _passed(self) -> set[int]:
        """Return which packets, by their ``id()``, the broker's committed offsets have passed."""
        offsets = self._stream.committed({p.place[:2] for p in self.pending if p.place})
        return {id(p) for p in self.pending if p.place and offsets.get(p.place[:2], -1) > p.place[2]}

    @staticmethod
    def _stored(parcel: Parcel, there: set[tuple[str, int]]) -> bool:
        return all((parcel.survey.name, candid) in there for candid in parcel.fresh)

    def _settle(self, parcel: Parcel, reason: str) -> None:
        self.bytes -= len(parcel.payload)
        if reason:
            self._summary.quarantined.append(Refused(parcel.file, reason))
        else:
            self._summary.stored += len(parcel.fresh)
            self._summary.duplicates += len(parcel.ids) - len(parcel.fresh)

    def _existing(
        self, parcels: Sequence[Parcel], ids: Callable[[Parcel], tuple[int, ...]]
    ) -> set[tuple[str, int]]:
        wanted: dict[str, tuple[Survey, list[int]]] = {}
        for parcel in parcels:
            wanted.setdefault(parcel.survey.name, (parcel.survey, []))[1].extend(ids(parcel))
        return {
            (name, candid)
            for name, (survey, candids) in wanted.items()
            for candid in self._alerts.existing(survey, candids)
        }
