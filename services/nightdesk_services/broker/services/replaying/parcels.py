"""What is known of a packet before it is sent: its survey, topic, key and alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from astropy.time import Time
from nightdesk.alerts import AlertBatch, decode, identify
from nightdesk.surveys import SURVEYS, Survey

from nightdesk_services.broker.models.packets import digest
from nightdesk_services.broker.services.replaying.reading import Entry

_DEFAULT = "ZTF"


@dataclass(eq=False, slots=True)
class Parcel:
    """A packet on its way."""

    file: str
    payload: bytes
    survey: Survey
    topic: str
    key: str | None = None
    ids: tuple[int, ...] = ()
    """Alerts in it."""
    bad: str = ""
    """Why it cannot be read."""
    digest: str = ""
    fresh: tuple[int, ...] = ()
    """Those of `ids` that nobody sent or stored before."""
    was_refused: bool = False
    """Whether the quarantine had the same bytes before."""
    place: tuple[str, int, int] | None = field(default=None)
    """Topic, partition and offset once the stream has it."""
    sent_at: float = 0.0


def parcels(entries: Sequence[Entry], survey: str | None) -> list[Parcel]:
    """Return the packets ready to be sent.

    Parameters
    ----------
    survey
        Survey of packets that do not tell; None: that of other files in the same directory.
    """
    told = [identify(entry.payload) for entry in entries]
    beside: dict[str, str] = {}
    for entry, name in zip(entries, told, strict=True):
        if name:
            beside.setdefault(entry.directory, name)
    names = [
        name or survey or beside.get(entry.directory, _DEFAULT)
        for entry, name in zip(entries, told, strict=True)
    ]
    made: dict[int, Parcel] = {}
    for name in dict.fromkeys(names):
        which = [i for i, other in enumerate(names) if other == name]
        for i, parcel in zip(which, _read([entries[i] for i in which], SURVEYS[name]), strict=True):
            made[i] = parcel
    return [made[i] for i in range(len(entries))]


def _read(entries: Sequence[Entry], survey: Survey) -> list[Parcel]:
    decoded = decode([entry.payload for entry in entries], survey)
    bad = {one.index: one.reason for one in decoded.bad}
    found = [
        Parcel(
            file=entry.file,
            payload=entry.payload,
            survey=survey,
            topic=_topic(survey, None, 1),
            bad=bad.get(i, ""),
            digest=digest(entry.payload),
        )
        for i, entry in enumerate(entries)
    ]
    _name(found, decoded.batch)
    return found


def _name(found: list[Parcel], batch: AlertBatch) -> None:
    columns = batch.frame.select("candid", "objectId", "jd", "programid").rows()
    nights = _nights(batch.frame["jd"].to_numpy())
    for index, (candid, name, _, program), night in zip(batch.source.tolist(), columns, nights, strict=True):
        parcel = found[index]
        if not parcel.ids:
            parcel.key = name
            parcel.topic = _topic(parcel.survey, night, program)
        parcel.ids += (candid,)


def _nights(jd: np.ndarray) -> list[str]:
    if not len(jd):
        return []
    return [
        day.replace("-", "") for day in np.atleast_1d(Time(jd, format="jd").strftime("%Y-%m-%d")).tolist()
    ]


def _topic(survey: Survey, night: str | None, program: int | None) -> str:
    """Return a topic that the survey's pattern matches, named as the survey names its own."""
    if survey.name == "ZTF":
        return f"ztf_{night}_programid{program or 1}" if night else "ztf_replay"
    return f"{survey.name.lower()}-replay"
