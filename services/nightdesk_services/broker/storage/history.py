"""Objects: their light curves, each point once, and their cross-matches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nightdesk.surveys import Survey
from pymongo import UpdateOne
from pymongo.database import Database

from nightdesk_services.broker.models.errors import ConflictError
from nightdesk_services.broker.models.objects import KnownObject, ObjectUpdate
from nightdesk_services.broker.storage.guard import guarded
from nightdesk_services.broker.storage.inserting import insert_absent

Document = dict[str, Any]

# Light curves are long; this many objects a query bounds what a worker holds.
_AT_A_TIME = 500


class HistoryStore:
    """The collections ``<S>_alerts_aux``."""

    def __init__(self, db: Database[Document]) -> None:
        self._db = db

    def read(self, survey: Survey, object_ids: Iterable[str]) -> dict[str, KnownObject]:
        """Return those objects that exist, with the fields of their points that identify and measure them."""
        wanted = sorted(set(object_ids))
        projection = {"v": 1, "cross_matches": 1}
        projection |= {f"prv_candidates.{name}": 1 for name in needed_fields(survey)}
        projection |= {f"fp_hists.{name}": 1 for name in identity_fields(survey)}
        found: dict[str, KnownObject] = {}
        with guarded():
            for start in range(0, len(wanted), _AT_A_TIME):
                part = wanted[start : start + _AT_A_TIME]
                for document in self._db[survey.aux].find({"_id": {"$in": part}}, projection):
                    found[document["_id"]] = _known(document)
        return found

    def merge(self, survey: Survey, updates: Sequence[ObjectUpdate]) -> None:
        """Add new points and matches, each object in one step.

        Raises
        ------
        ConflictError
            Another worker was faster with one of the objects; what was written so far is complete in itself.
        """
        collection = self._db[survey.aux]
        fresh = [_new(update) for update in updates if update.known is None]
        changed = [(u, u.known) for u in updates if u.known is not None and (u.prv or u.fp or u.matches)]
        conflict = bool(insert_absent(collection, fresh))
        if changed:
            with guarded():
                done = collection.bulk_write(
                    [_append(update, known.version) for update, known in changed], ordered=False
                )
            conflict |= done.matched_count != len(changed)
        if conflict:
            msg = f"objects of {survey.name} changed between reading and writing"
            raise ConflictError(msg)


def identity_fields(survey: Survey) -> list[str]:
    """Return the fields of a point that may identify it."""
    return list(dict.fromkeys(name for fields in survey.identity for name in fields))


def needed_fields(survey: Survey) -> list[str]:
    """Return the fields of a detection that identify and measure it."""
    how = survey.detection
    zero = how.zeropoint if isinstance(how.zeropoint, str) else None
    own = survey.id.rpartition(".")[2]
    names = [*identity_fields(survey), own, survey.time.field, survey.band.field]
    names += [name for name in (how.value, how.error, how.sign, how.limit, zero) if name]
    return list(dict.fromkeys(names))


def _known(document: Document) -> KnownObject:
    matches = document.get("cross_matches") or {}
    return KnownObject(
        version=document["v"],
        prv=document.get("prv_candidates") or [],
        fp=document.get("fp_hists") or [],
        matches={name: [m["_id"] for m in found] for name, found in matches.items()},
    )


def _new(update: ObjectUpdate) -> Document:
    return {
        "_id": update.object_id,
        "v": 1,
        **update.place,
        **update.summary,
        "prv_candidates": update.prv,
        "fp_hists": update.fp,
        "cross_matches": update.matches,
    }


def _append(update: ObjectUpdate, version: int) -> UpdateOne:
    # the version in the query makes a second worker's append, or our own repeated one, match nothing
    points = {"prv_candidates": update.prv, "fp_hists": update.fp}
    push = {name: {"$each": new} for name, new in points.items() if new}
    change: Document = {"$inc": {"v": 1}}
    values = update.summary | {f"cross_matches.{name}": found for name, found in update.matches.items()}
    if values:
        change["$set"] = values
    if push:
        change["$push"] = push
    return UpdateOne({"_id": update.object_id, "v": version}, change)
