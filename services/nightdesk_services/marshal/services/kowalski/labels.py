"""Labels and scores of alerts, as Kowalski keeps them beside the alerts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nightdesk.surveys import SURVEYS, Survey

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.kowalski import AlertLabels
from nightdesk_services.marshal.storage.kowalski import Labels, Raw

MOST_ALERTS: Final = 1000
_MOST_NAMES: Final = 200
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ +:/\-]{0,63}")


class LabelService:
    """Who sees an alert sees and changes what it is called."""

    def __init__(self, labels: Labels, raw: Raw) -> None:
        self._labels = labels
        self._raw = raw

    async def get(self, access: Access, survey_name: str, candid: int) -> Document:
        """Return what an alert is called."""
        survey = survey_of(survey_name)
        if not await self._seen(access, survey, [candid]):
            raise NotFound(f"classifications for {survey_name} alert {candid} not found")
        found = await self._labels.get(survey, candid)
        if found is None:
            raise NotFound(f"classifications for {survey_name} alert {candid} not found")
        kept = {name: value for name, value in found.items() if name not in ("_id", "programid")}
        return {"candid": found["_id"], **kept}

    async def put(self, access: Access, survey_name: str, sent: Mapping[int, AlertLabels]) -> None:
        """Add to what alerts are called; all of them, or none."""
        survey = survey_of(survey_name)
        wanted = {
            candid: {
                f"{kind}.{name}": value
                for kind in ("human_labels", "ml_scores")
                for name, value in _scores(getattr(labels, kind), kind).items()
            }
            for candid, labels in sent.items()
        }
        _refuse_nothing(wanted)
        alerts = await self._all(access, survey, wanted)
        for candid, fields in wanted.items():
            own = {"objectId": alerts[candid]["objectId"], "programid": alerts[candid].get("programid")}
            await self._labels.put(survey, candid, own | fields)

    async def remove(self, access: Access, survey_name: str, sent: Mapping[int, AlertLabels]) -> None:
        """Take away from what alerts are called; those that are called nothing are passed over."""
        survey = survey_of(survey_name)
        wanted = {
            candid: [
                f"{kind}.{name}"
                for kind in ("human_labels", "ml_scores")
                for name in _names(getattr(labels, kind), kind)
            ]
            for candid, labels in sent.items()
        }
        _refuse_nothing(wanted)
        await self._all(access, survey, wanted)
        known = [await self._labels.remove(survey, candid, paths) for candid, paths in wanted.items()]
        if not any(known):
            raise NotFound(f"no classifications of these {survey_name} alerts")

    async def _all(self, access: Access, survey: Survey, wanted: Iterable[int]) -> dict[int, Document]:
        candids = list(wanted)
        if not 0 < len(candids) <= MOST_ALERTS:
            raise Invalid(f"between 1 and {MOST_ALERTS} candids a request")
        seen = await self._seen(access, survey, candids)
        if len(seen) < len(candids):
            raise NotFound(f"not all alerts found in {survey.name}")
        return seen

    async def _seen(self, access: Access, survey: Survey, candids: list[int]) -> dict[int, Document]:
        found = await self._raw.alerts(survey, candids)
        programs = {candid: one.get("programid") for candid, one in found.items()}
        return {candid: found[candid] for candid in found if access.sees_point(survey.name, programs[candid])}


def survey_of(name: str) -> Survey:
    """Return a survey by its name in an address, however it is spelled.

    Raises
    ------
    Invalid
        If there is none.
    """
    known = {survey.lower(): declared for survey, declared in SURVEYS.items()}
    if name.lower() not in known:
        raise Invalid(f"survey {name[:40]} must be one of {', '.join(known)}")
    return known[name.lower()]


def _refuse_nothing(wanted: Mapping[int, Any]) -> None:
    if not all(wanted.values()):
        raise Invalid("no classifications provided: each candid needs human_labels or ml_scores")


def _names(sent: Any, kind: str) -> list[str]:
    """Return names as they may come: in a text with commas, in a list, or with values."""
    if sent is None:
        return []
    names = [one.strip() for one in sent.split(",")] if isinstance(sent, str) else [str(one) for one in sent]
    if len(names) > _MOST_NAMES:
        raise Invalid(f"{kind}: at most {_MOST_NAMES} names")
    for name in names:
        if not _NAME.fullmatch(name):
            raise Invalid(f"{kind}: {name[:64]!r} is no name; letters, digits, _ - + : / and spaces")
    return names


def _scores(sent: Any, kind: str) -> dict[str, float]:
    made = {}
    for name in _names(sent, kind):
        value = sent[name] if isinstance(sent, Mapping) else 1.0
        try:
            made[name] = float(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise Invalid(f"{kind}.{name}: must be a number") from error
        if not math.isfinite(made[name]):
            raise Invalid(f"{kind}.{name}: must be a number")
    return made
