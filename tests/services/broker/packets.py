"""Packets for the broker's tests: real ones, and simulated ones."""

from __future__ import annotations

import functools
import itertools
from collections import Counter

from nightdesk.simulate import Night
from nightdesk.surveys import SURVEYS
from nightdesk_services.broker.models.packets import Packet
from nightdesk_services.broker.services.pipeline import Group

from tests.support.data import DATA

TOPICS = {"ZTF": "ztf_20231012_programid1", "LSST": "lsst-alerts"}


def real(survey: str) -> list[Packet]:
    """All real packets of a survey, by name."""
    files = sorted((DATA / survey.lower()).rglob("*.avro"))
    return [Packet(file.read_bytes(), TOPICS[survey], 0, i) for i, file in enumerate(files)]


@functools.cache
def simulated(survey: str, number: int, seed: int = 7) -> tuple[Packet, ...]:
    """The first alerts of a simulated night."""
    night = itertools.islice(Night(survey.lower(), seed=seed), number)
    made = tuple(Packet(alert.payload, TOPICS[survey], 0, i) for i, alert in enumerate(night))
    assert len(made) == number
    return made


@functools.cache
def revisited(survey: str, number: int, seed: int = 7) -> tuple[Packet, ...]:
    """Alerts of a simulated night whose objects come more than once, in the night's order."""
    night = list(itertools.islice(Night(survey.lower(), seed=seed), 600))
    times = Counter(alert.key for alert in night)
    objects = [key for key, n in times.items() if n > 1][: number // 2]
    chosen = [alert.payload for alert in night if alert.key in objects][:number]
    assert len(chosen) == number
    return tuple(Packet(payload, TOPICS[survey], 0, i) for i, payload in enumerate(chosen))


def group(packets: list[Packet] | tuple[Packet, ...], survey: str = "ZTF") -> Group:
    return Group(SURVEYS[survey], tuple(packets))
