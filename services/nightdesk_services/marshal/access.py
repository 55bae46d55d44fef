"""Who may see and do what: the one policy that every read and write passes.

Streams are granted to groups, groups hold people; a person sees the points, candidates, sources and words
that one of their groups holds. Hub scopes say which routes a token opens at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from nightdesk.scopes import Action, scope

from nightdesk_services.marshal.exceptions import Denied
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
        return self.identity.admin or self.has("system", "write") or SUPER_ADMIN in self._given_roles

    @cached_property
    def _given_roles(self) -> frozenset[str]:
        return frozenset(self.directory.users.get(self.user_id, {}).get("roles") or ())

    @cached_property
    def roles(self) -> frozenset[str]:
        """The person's roles; who was given none has that of their hub scopes."""
        if self.super_admin:
            return self._given_roles | {SUPER_ADMIN}
        return self._given_roles or frozenset({FULL_USER if self.has("sources", "write") else VIEW_ONLY})

    @cached_property
    def acls(self) -> frozenset[str]:
        """What the person may do: by their roles and in their own right."""
        own = self.directory.users.get(self.user_id, {}).get("acls") or ()
        return frozenset(own).union(*(ROLES.get(role, frozenset()) for role in self.roles))

    def require_acl(self, acl: str) -> None:
        """Raise `Denied` unless the person holds an ACL."""
        if acl not in self.acls:
            raise Denied(f"this needs the ACL {acl!r}, which an administrator can give you")

    @cached_property
    def memberships(self) -> dict[int, Document]:
        """The person's own groups: group id -> their entry in it."""
        return {
            group_id: member
            for group_id, group in self.directory.groups.items()
            for member in group["members"]
            if member["username"] == self.username
        }

    @cached_property
    def readable(self) -> frozenset[int]:
        """Groups whose holdings the person sees."""
        return frozenset(self.directory.groups if self.super_admin else self.memberships)

    def sees(self, group_ids: Iterable[int]) -> bool:
        """Return whether something that these groups hold is visible."""
        return self.super_admin or not self.readable.isdisjoint(group_ids)

    def visible(self, documents: Iterable[Document]) -> list[Document]:
        """Return the documents that one of the person's groups holds (their ``group_ids``)."""
        return [document for document in documents if self.sees(document.get("group_ids", ()))]

    def chosen(self, group_ids: Collection[int] | None) -> frozenset[int]:
        """Return the groups asked for, all readable ones if none were.

        Raises
        ------
        Denied
            If one of them is not the person's.
        """
        if not group_ids:
            return self.readable
        if hidden := sorted(set(group_ids) - self.readable):
            raise Denied(f"group_ids: you are not in group {', '.join(map(str, hidden))}")
        return frozenset(group_ids)

    def savable(self, group_ids: Collection[int]) -> list[int]:
        """Return the groups, checked that the person may save to each."""
        for group_id in sorted(self.chosen(group_ids)):
            member = self.memberships.get(group_id)
            if not self.super_admin and not (member and member.get("can_save", True)):
                raise Denied(f"group_ids: you may not save to group {group_id}")
        return sorted(set(group_ids))

    def administers(self, group_id: int) -> bool:
        """Return whether the person is an admin of the group."""
        return self.super_admin or bool(self.memberships.get(group_id, {}).get("admin"))

    def require_admin(self, group_id: int) -> None:
        """Raise `Denied` unless the person is an admin of the group."""
        if not self.administers(group_id):
            raise Denied(f"only an admin of group {group_id} may do this")

    def require_author(self, document: Document, what: str) -> None:
        """Raise `Denied` unless the person wrote the document or is an administrator."""
        if not self.super_admin and document["author"]["id"] != self.user_id:
            raise Denied(f"only its author or an administrator may change this {what}")

    @cached_property
    def stream_ids(self) -> frozenset[int]:
        """Streams of the person's groups; a single-user group grants none by itself."""
        if self.super_admin:
            return frozenset(self.directory.streams)
        return frozenset(
            stream_id
            for group_id in self.memberships
            if not self.directory.groups[group_id].get("single_user_group")
            for stream_id in self.directory.groups[group_id].get("stream_ids", ())
        )

    @cached_property
    def _programs(self) -> dict[str, frozenset[int]]:
        programs: dict[str, set[int]] = {}
        for stream_id in self.stream_ids:
            altdata = self.directory.streams.get(stream_id, {}).get("altdata") or {}
            programs.setdefault(altdata.get("survey", ""), set()).update(altdata.get("selector", ()))
        return {survey: frozenset(ids) for survey, ids in programs.items()}

    def programs(self, survey: str) -> frozenset[int] | None:
        """Return the program ids of a survey that the person may see, None where all."""
        return None if self.super_admin else self._programs.get(survey, frozenset())

    def sees_point(self, survey: str, programid: int | None) -> bool:
        """Return whether a point of light curve, alert or cutout is visible; one without id is program 1."""
        allowed = self.programs(survey)
        return allowed is None or (1 if programid is None else int(programid)) in allowed
