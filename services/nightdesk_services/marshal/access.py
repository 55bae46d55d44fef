"""Who may see and do what: the one policy that every read and write passes.

Streams are granted to groups, groups hold people; a person sees the points, candidates, sources and words
that one of their groups holds. Hub scopes say which routes a token opens at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

from nightdesk.scopes import Action, scope

from nightdesk_services.marshal.exceptions import Denied, Invalid
from nightdesk_services.marshal.roles import FULL_USER, ROLES, SUPER_ADMIN, VIEW_ONLY

Document = dict[str, Any]
SITEWIDE = 1
"""Id of the group that everybody joins at first sight."""


@dataclass(frozen=True)
class Identity:
    """What the hub says of a token."""

    name: str
    admin: bool
    scopes: frozenset[str]
    kind: Literal["user", "service"] = "user"
    acls: frozenset[str] | None = None
    """The only ACLs that a token of the marshal's own brings; None for a hub token, which has no bound."""
    token_id: str = ""
    """Which of the owner's tokens it is, where that is known; never the token itself."""
    groups: frozenset[str] | None = None
    """The owner's groups at the hub, where it says so."""

    @property
    def username(self) -> str:
        """Name in our records; a service cannot pass for a person of the same name."""
        return self.name if self.kind == "user" else f"service:{self.name}"


@dataclass(frozen=True)
class Directory:
    """All groups, streams and users at one moment."""

    groups: Mapping[int, Document]
    streams: Mapping[int, Document]
    users: Mapping[int, Document] = field(default_factory=dict)

    def members(self, group_id: int) -> Mapping[str, Document]:
        """Return the members of a group by username."""
        group = self.groups.get(group_id)
        return {member["username"]: member for member in group["members"]} if group else {}

    def streams_by_group(self, username: str) -> dict[int, list[int]]:
        """Return the streams that somebody's groups bring: group id -> stream ids.

        A single-user group grants none by itself.
        """
        return {
            group_id: list(self.groups[group_id].get("stream_ids", ()))
            for group_id in self.memberships.get(username, {})
            if not self.groups[group_id].get("single_user_group")
        }

    def streams_of(self, username: str) -> frozenset[int]:
        """Return the streams that somebody has, by their groups or granted to themselves."""
        user = self._by_name.get(username, {})
        return frozenset(user.get("stream_ids") or ()).union(*self.streams_by_group(username).values())

    @cached_property
    def memberships(self) -> Mapping[str, dict[int, Document]]:
        """Everybody's groups: username -> group id -> their entry in it."""
        made: dict[str, dict[int, Document]] = {}
        for group_id, group in self.groups.items():
            for member in group["members"]:
                made.setdefault(member["username"], {})[group_id] = member
        return made

    @cached_property
    def everybodys_streams(self) -> frozenset[int]:
        """Streams that everybody has, by the group of everybody."""
        return frozenset(self.groups.get(SITEWIDE, {}).get("stream_ids", ()))

    @cached_property
    def _by_name(self) -> dict[str, Document]:
        return {user["username"]: user for user in self.users.values()}

    def user_named(self, username: str) -> Document | None:
        """Return somebody's record by their name."""
        return self._by_name.get(username)


def roles_of(user: Document) -> frozenset[str]:
    """Return somebody's roles as their record says: those given, else that of the scopes they came with."""
    given = frozenset(user.get("roles") or ())
    seen = user.get("seen_role") or VIEW_ONLY
    if seen == SUPER_ADMIN:
        return given | {SUPER_ADMIN}
    return given or frozenset({seen})


def acls_of(user: Document) -> frozenset[str]:
    """Return somebody's ACLs as their record says, by their roles and in their own right."""
    roles = (ROLES.get(role, frozenset()) for role in roles_of(user))
    return frozenset(user.get("acls") or ()).union(*roles)


def barred(user: Document) -> str:
    """Return why somebody may not come in, empty if they may."""
    if user.get("deleted_at") is not None:
        return "your account on this desk was removed; an administrator can add it again"
    expires = user.get("expiration_date")
    if expires is not None and expires <= datetime.now(UTC):
        return f"your account on this desk expired on {expires:%Y-%m-%d}"
    return ""


@dataclass(frozen=True)
class Access:
    """One person's rights at one moment."""

    user_id: int
    identity: Identity
    directory: Directory

    @property
    def username(self) -> str:
        """Name of the person in our records."""
        return self.identity.username

    @property
    def bot(self) -> bool:
        """Whether a service speaks, not a person."""
        return self.identity.kind == "service"

    @property
    def author(self) -> Document:
        """The person as the author of something."""
        return {"id": self.user_id, "username": self.username}

    def has(self, area: str, action: Action) -> bool:
        """Return whether the token holds a scope."""
        return scope(area, action) in self.identity.scopes

    @cached_property
    def super_admin(self) -> bool:
        """Whether group membership does not bind this person."""
        if self.identity.acls is not None and "System admin" not in self.identity.acls:
            return False
        return self.identity.admin or self.has("system", "write") or SUPER_ADMIN in self._given_roles

    @cached_property
    def _given_roles(self) -> frozenset[str]:
        return frozenset(self._user.get("roles") or ())

    @property
    def _user(self) -> Document:
        return self.directory.users.get(self.user_id, {})

    @cached_property
    def roles(self) -> frozenset[str]:
        """The person's roles; who was given none has that of their hub scopes."""
        if self.super_admin:
            return self._given_roles | {SUPER_ADMIN}
        if self.identity.acls is not None:
            # a token's scopes are bounded by its ACLs, so they say nothing of the person
            return (roles_of(self._user) - {SUPER_ADMIN}) or frozenset({VIEW_ONLY})
        # a narrow token of the hub's says nothing of the person either, and its scopes bound it anyway
        seen = self._user.get("seen_role") in (FULL_USER, SUPER_ADMIN)
        return self._given_roles or frozenset(
            {FULL_USER if seen or self.has("sources", "write") else VIEW_ONLY}
        )

    @cached_property
    def acls(self) -> frozenset[str]:
        """What the person may do, by their roles and in their own right, as far as their token goes."""
        if self.identity.acls is not None:
            return acls_of(self._user) & self.identity.acls
        own = self._user.get("acls") or ()
        return frozenset(own).union(*(ROLES.get(role, frozenset()) for role in self.roles))

    def require_acl(self, acl: str) -> None:
        """Raise `Denied` unless the person holds an ACL."""
        if acl not in self.acls:
            raise Denied(f"this needs the ACL {acl!r}, which an administrator can give you")

    def require_changing(self) -> None:
        """Raise `Denied` if the person may only look, whatever their token's scopes."""
        if not self.acls:
            raise Denied(
                "you hold no ACL, so you may look and change nothing; an administrator can give you one"
            )

    def require_giving(self, acls: Iterable[str], field: str) -> None:
        """Raise `Denied` unless the person holds all that they are about to give or take."""
        if lacking := sorted(set(acls) - self.acls):
            raise Denied(f"{field}: you do not hold the ACL {lacking[0]!r} yourself")

    def require_giving_roles(self, roles: Iterable[str], field: str) -> None:
        """Raise `Denied` unless the person may give or take all of these roles."""
        for role in sorted(set(roles)):
            if role == SUPER_ADMIN and not self.super_admin:
                raise Denied(f"{field}: only a super admin makes or unmakes another")
            self.require_giving(ROLES.get(role, ()), field)

    def require_over(self, user: Document) -> None:
        """Raise `Denied` unless the person manages users and holds all that this user holds."""
        self.require_acl("Manage users")
        self.require_giving_roles(roles_of(user), "user")
        self.require_giving(user.get("acls") or (), "user")

    def sees_contact(self, user: Document) -> bool:
        """Return whether a user's address and telephone are this person's to see."""
        if user["_id"] == self.user_id or "Manage users" in self.acls:
            return True
        shared = (
            group
            for i, group in self.directory.groups.items()
            if i in self.memberships and i != SITEWIDE and not group.get("single_user_group")
        )
        return any(member["username"] == user["username"] for group in shared for member in group["members"])

    def knows(self, group_id: int) -> bool:
        """Return whether the person may know that there is such a group."""
        group = self.directory.groups.get(group_id)
        if group is None:
            return False
        return self.sees([group_id]) or not (group.get("private") or group.get("single_user_group"))

    @cached_property
    def memberships(self) -> dict[int, Document]:
        """The person's own groups: group id -> their entry in it."""
        return self.directory.memberships.get(self.username, {})

    @cached_property
    def readable(self) -> frozenset[int]:
        """Groups whose holdings the person sees."""
        return frozenset(self.directory.groups if self.super_admin else self.memberships)

    @property
    def bound(self) -> frozenset[int] | None:
        """Groups that bound what the person sees, None if nothing does."""
        return None if self.super_admin else self.readable

    def sees(self, group_ids: Iterable[int]) -> bool:
        """Return whether something that these groups hold is visible."""
        return self.super_admin or not self.readable.isdisjoint(group_ids)

    def sees_source(self, source: Document | None) -> bool:
        """Return whether a source is visible; one that every group has let go is nobody's, whoever asks."""
        return source is not None and bool(source["group_ids"]) and self.sees(source["group_ids"])

    def visible(self, documents: Iterable[Document]) -> list[Document]:
        """Return the documents that one of the person's groups holds (their ``group_ids``)."""
        return [document for document in documents if self.sees(document.get("group_ids", ()))]

    @property
    def condition(self) -> Document:
        """The same for the store: what documents with ``group_ids`` meet where they are visible."""
        return {} if self.super_admin else {"group_ids": {"$in": sorted(self.readable)}}

    def chosen(self, group_ids: Collection[int] | None) -> frozenset[int]:
        """Return the groups asked for, all readable ones if none were.

        Raises
        ------
        Denied
            If one of them is not the person's.
        """
        if not group_ids:
            return self.readable
        self.require_groups(group_ids, "group_ids")
        return frozenset(group_ids)

    def savable(self, group_ids: Collection[int]) -> list[int]:
        """Return the groups, checked that the person may save to each."""
        for group_id in sorted(self.chosen(group_ids)):
            if not self.may_save(group_id):
                raise Denied(f"group_ids: you may not save to group {group_id}")
        return sorted(set(group_ids))

    def require_groups(self, group_ids: Collection[int], field: str) -> None:
        """Raise `Denied` unless the person sees what all of these groups hold; `field` is what named them."""
        if hidden := sorted(set(group_ids) - self.readable):
            raise Denied(f"{field}: you are not in group {', '.join(map(str, hidden))}")

    def may_save(self, group_id: int) -> bool:
        """Return whether the person may save for a group."""
        member = self.memberships.get(group_id)
        return self.super_admin or bool(member and member.get("can_save", True))

    def require_asking(self, allocation: Document, field: str) -> None:
        """Raise `Denied` unless the person may spend an allocation's time; `field` is what named it."""
        if not self.may_save(allocation["group_id"]):
            raise Denied(f"{field}: you may not save for group {allocation['group_id']}, whose time this is")

    def require_changing_request(self, request: Document) -> None:
        """Raise `Denied` unless the person made a request or may save for its allocation's group."""
        if request["requester_id"] != self.user_id and not self.may_save(request["group_id"]):
            raise Denied("only who made a request, or may save for its allocation's group, changes it")

    def require_removing_request(self, request: Document) -> None:
        """Raise `Denied` unless the person made a follow-up request or administers its allocation's group."""
        if request["requester_id"] != self.user_id and not self.administers(request["group_id"]):
            raise Denied("only who made a request, or an admin of its allocation's group, deletes it")

    def administers(self, group_id: int) -> bool:
        """Return whether the person is an admin of the group."""
        return self.super_admin or bool(self.memberships.get(group_id, {}).get("admin"))

    def require_admin(self, group_id: int) -> None:
        """Raise `Denied` unless the person is an admin of the group."""
        if not self.administers(group_id):
            raise Denied(f"only an admin of group {group_id} may do this")

    def require_fillable(self, group_id: int, field: str) -> Document:
        """Return a group, checked that the person may take others into it; `field` is what named it.

        Raises
        ------
        Denied
            If the person is no admin of the group.
        Invalid
            If they may know of no such group, or nobody can join it.
        """
        group = self.directory.groups.get(group_id)
        if group is None or not self.knows(group_id):
            raise Invalid(f"{field}: no group {group_id}")
        self.require_admin(group_id)
        if group.get("single_user_group"):
            raise Invalid(f"{field}: group {group_id} is for one person")
        return group

    def require_author(self, document: Document, what: str) -> None:
        """Raise `Denied` unless the person wrote the document or is an administrator."""
        if not self.super_admin and document["author"]["id"] != self.user_id:
            raise Denied(f"only its author or an administrator may change this {what}")

    def require_keeper(self, document: Document, what: str) -> None:
        """Raise `Denied` unless the person made the document or manages sources."""
        if document["author"]["id"] != self.user_id and "Manage sources" not in self.acls:
            raise Denied(f"only who made this {what}, or holds the ACL 'Manage sources', may change it")

    @cached_property
    def own_group(self) -> int | None:
        """The group of the person alone; a service has none."""
        groups = self.directory.groups
        return next((i for i in self.memberships if groups[i].get("single_user_group")), None)

    def holding(self, group_ids: Collection[int]) -> list[int]:
        """Return the groups that shall hold new data of the person: those named, and their own.

        Raises
        ------
        Denied
            If the person is not in one of them.
        Invalid
            If there are none.
        """
        named = self.chosen(group_ids) if group_ids else frozenset()
        held = named | ({self.own_group} if self.own_group is not None else set())
        if not held:
            raise Invalid("group_ids: name at least one group that you belong to")
        return sorted(held)

    def require_owner(self, document: Document, what: str) -> None:
        """Raise `Denied` unless data is the person's own, or they are an administrator."""
        if not self.super_admin and document.get("owner_id") != self.user_id:
            raise Denied(f"only its owner or an administrator may change this {what}")

    @cached_property
    def measured(self) -> Document:
        """What measurements meet, for the store, that are the person's, their groups' or their streams'."""
        if self.super_admin:
            return {}
        return {
            "$or": [
                self.condition,
                {"stream_ids": {"$in": sorted(self.stream_ids)}},
                {"owner_id": self.user_id},
            ]
        }

    def sees_measured(self, document: Document) -> bool:
        """Return whether a measurement is the person's, one of their groups' or of their streams'."""
        return (
            self.sees(document.get("group_ids") or ())
            or not self.stream_ids.isdisjoint(document.get("stream_ids") or ())
            or document.get("owner_id") == self.user_id
        )

    @property
    def own_measured(self) -> Document:
        """What measurements meet, for the store, that the person may change."""
        return {} if self._manages_photometry else {"owner_id": self.user_id}

    @property
    def _manages_photometry(self) -> bool:
        return self.super_admin or "Manage photometry" in self.acls

    def require_measurer(self, document: Document, what: str) -> None:
        """Raise `Denied` unless a measurement is the person's own, or they manage photometry."""
        if not self._manages_photometry and document.get("owner_id") != self.user_id:
            raise Denied(f"only its owner or an administrator may change this {what}")

    def brings(self, group_id: int, survey: str, programid: int | None) -> bool:
        """Return whether a group has a stream that brings a program of a survey, or is the person's own."""
        if group_id == self.own_group:
            return True
        streams = self.directory.groups.get(group_id, {}).get("stream_ids") or ()
        found = (self.directory.streams.get(i, {}).get("altdata") or {} for i in streams)
        program = 1 if programid is None else programid
        return any(one.get("survey") == survey and program in one.get("selector", ()) for one in found)

    def granted(self, stream_ids: Collection[int]) -> list[int]:
        """Return streams, checked that the person has each.

        Raises
        ------
        Denied
            If they have not.
        """
        if strange := sorted(set(stream_ids) - self.stream_ids):
            raise Denied(f"stream_ids: you do not have stream {strange[0]}")
        return sorted(set(stream_ids))

    @cached_property
    def stream_ids(self) -> frozenset[int]:
        """Streams of the person and of their groups; a single-user group grants none by itself."""
        if self.super_admin:
            return frozenset(self.directory.streams)
        own = self._user.get("stream_ids") or ()
        groups = (self.directory.groups[group_id] for group_id in self.memberships)
        return frozenset(own).union(
            *(g.get("stream_ids", ()) for g in groups if not g.get("single_user_group"))
        )

    @cached_property
    def _programs(self) -> dict[str, frozenset[int]]:
        programs: dict[str, set[int]] = {}
        for stream_id in self.stream_ids:
            altdata = self.directory.streams.get(stream_id, {}).get("altdata") or {}
            programs.setdefault(altdata.get("survey", ""), set()).update(altdata.get("selector", ()))
        return {survey: frozenset(ids) for survey, ids in programs.items()}

    @property
    def all_programs(self) -> Mapping[str, frozenset[int]]:
        """Survey -> its program ids that the person's streams bring."""
        return self._programs

    def programs(self, survey: str) -> frozenset[int] | None:
        """Return the program ids of a survey that the person may see, None where all."""
        return None if self.super_admin else self._programs.get(survey, frozenset())

    def sees_point(self, survey: str, programid: int | None) -> bool:
        """Return whether a point of light curve, alert or cutout is visible; one without id is program 1."""
        allowed = self.programs(survey)
        return allowed is None or (1 if programid is None else int(programid)) in allowed

    def sees_part(self, part: str) -> bool:
        """Return whether a part of a light curve is visible; `program_part` or `measured_part` names it."""
        kind, _, ids = part.partition(":")
        if kind != _MEASURED:
            return self.sees_point(kind, int(ids))
        groups, streams, owner = ids.split(";")
        return self.sees_measured(
            {
                "group_ids": [int(i) for i in groups.split(",") if i],
                "stream_ids": [int(i) for i in streams.split(",") if i],
                "owner_id": int(owner) if owner else None,
            }
        )

    def alerts(self, survey: str) -> Document:
        """Return what alerts that are visible meet, for the store."""
        allowed = self.programs(survey)
        if allowed is None:
            return {}
        # one without id is program 1
        return {"programid": {"$in": [*sorted(allowed), *([None] if 1 in allowed else [])]}}

    def points(self, survey: str, points: Iterable[Document]) -> list[Document]:
        """Return the points of a light curve that are visible."""
        return [point for point in points if self.sees_point(survey, point.get("programid"))]


_MEASURED = "measured"


def program_part(survey: str, programid: int | None) -> str:
    """Return the name of the part of light curves that a survey's program is; no id is program 1."""
    return f"{survey}:{1 if programid is None else int(programid)}"


def measured_part(document: Mapping[str, Any]) -> str:
    """Return the name of the part of light curves that the same people see as a measurement of somebody's."""
    groups, streams = (",".join(map(str, sorted(document.get(n) or ()))) for n in ("group_ids", "stream_ids"))
    owner = document.get("owner_id")
    return f"{_MEASURED}:{groups};{streams};{'' if owner is None else owner}"
