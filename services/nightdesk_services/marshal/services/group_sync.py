"""One round of bringing groups here and at the hub together.

A link says which is which, so names may be equal or change without anybody coming into a group by that: a
group of ours gets one of its own at the hub, and one of the hub's gets one of its own here. Who was in both
at the last time is kept, so that it is known on which side somebody came or went.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from nightdesk_services.marshal.access import SITEWIDE, Document
from nightdesk_services.marshal.hub import HubApi, HubUser
from nightdesk_services.marshal.services.groups import new_member
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.standing import forgotten
from nightdesk_services.marshal.storage.hub_groups import HubGroupLinks, Link
from nightdesk_services.marshal.storage.people import People


def merged(base: frozenset[str], ours: frozenset[str], theirs: frozenset[str]) -> frozenset[str]:
    """Return who is in both groups from now on: whoever came on a side comes, whoever went goes."""
    return (base | ours | theirs) - (base - ours) - (base - theirs)


class GroupSync:
    """Knows both sides."""

    def __init__(self, hub: HubApi, links: HubGroupLinks, storage: People, people: PeopleService) -> None:
        self._hub = hub
        self._links = links
        self._storage = storage
        self._people = people

    async def run(self) -> dict[str, frozenset[str]]:
        """Make both sides equal; return the hub's groups of everybody who is known on both."""
        users, theirs = await self._hub.users(), await self._hub.groups()
        records = {u["username"]: u for u in await self._storage.users() if not u.get("deleted_at")}
        known = frozenset(users) & frozenset(records)
        changed = await self._standing(users, records)
        ours = {group["_id"]: group for group in await self._storage.groups() if _follows(group)}
        for link in await self._linked(await self._links.all(), ours, theirs):
            changed |= await self._settle(link, ours, theirs, known)
        if changed:
            self._people.forget()
        return {name: frozenset(g for g, members in theirs.items() if name in members) for name in known}

    async def _standing(self, users: Mapping[str, HubUser], records: Mapping[str, Document]) -> bool:
        """Forget what was known of those who lost a role or are gone, until they come again."""
        changed = False
        for name, record in records.items():
            user, known = users.get(name), record.get("hub_roles")
            roles = sorted(user.roles) if user else []
            admin = bool(user and user.admin)
            no_admin = bool(record.get("hub_admin")) and user is not None and not admin
            lost = no_admin or bool(set(known or ()) - set(roles))
            if lost or (user is not None and known != roles):
                fields = forgotten(admin) if lost else {}
                await self._storage.change_user(record["_id"], fields | {"hub_roles": roles})
                changed = True
        return changed

    async def _linked(
        self, links: list[Link], ours: dict[int, Document], theirs: dict[str, frozenset[str]]
    ) -> list[Link]:
        """Return the links, with new ones for groups that have none."""
        found, names = list(links), {link.name for link in links}
        for group_id in sorted(set(ours) - {link.group_id for link in links}):
            name = _free(f"nightdesk-{group_id}-{_slug(ours[group_id]['name'])}", names | set(theirs), "-{}")
            await self._hub.create(name)
            theirs[name] = frozenset()
            found.append(Link(name, group_id, "marshal", frozenset()))
        taken = {group["name"] for group in await self._storage.groups()}
        for name in sorted(set(theirs) - {link.name for link in found}):
            group = await self._new_group(_free(name[:110], taken, " (hub {})"))
            taken.add(group["name"])
            ours[group["_id"]] = group
            found.append(Link(name, group["_id"], "hub", frozenset()))
        for link in found[len(links) :]:
            await self._links.put(link.name, link.group_id, link.origin, ())
        return found

    async def _new_group(self, name: str) -> Document:
        sitewide = (await self._people.directory()).groups.get(SITEWIDE, {})
        fields: Document = {
            "name": name,
            "nickname": None,
            "description": None,
            # what groups there are at the hub is not everybody's to know
            "private": True,
            "auto_accept_requests": False,
            "single_user_group": False,
            "stream_ids": list(sitewide.get("stream_ids", ())),
            "members": [],
        }
        return {"_id": await self._storage.add_group(fields), **fields}

    async def _settle(
        self,
        link: Link,
        ours: Mapping[int, Document],
        theirs: Mapping[str, frozenset[str]],
        known: frozenset[str],
    ) -> bool:
        """Make one group equal on both sides, as far as people are known on both; True if ours changed."""
        if link.group_id is None:
            if link.name not in theirs:
                await self._links.remove(link.name)
            return False
        group = ours.get(link.group_id)
        if group is None:
            await self._removed(link, link.name in theirs)
            return False
        there, gone = theirs.get(link.name), link.name not in theirs
        if there is None and link.origin == "marshal":
            await self._hub.create(link.name)
            # who removed it at the hub removed no member of ours
            link, there = replace(link, members=frozenset()), frozenset()
        there = (there or frozenset()) & known
        here = frozenset(member["username"] for member in group["members"]) & known
        both = merged(link.members & known, here, there)
        for name in sorted(both - here):
            await self._storage.join(group["_id"], new_member(name))
        for name in sorted(here - both):
            await self._storage.leave(group["_id"], name)
        if gone and link.origin == "hub":
            await self._links.remove(link.name)
            # a group of ours alone from now on
            return both != here
        if both - there:
            await self._hub.add(link.name, both - there)
        if there - both:
            await self._hub.remove(link.name, there - both)
        if both != link.members:
            await self._links.put(link.name, link.group_id, link.origin, both)
        return both != here

    async def _removed(self, link: Link, there: bool) -> None:
        """Follow the removal of a group of ours; the hub's own groups are not ours to remove."""
        if link.origin == "hub" and there:
            await self._links.put(link.name, None, "hub", ())
            return
        if there:
            await self._hub.delete(link.name)
        await self._links.remove(link.name)


def _follows(group: Document) -> bool:
    return group["_id"] != SITEWIDE and not group.get("single_user_group")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "group"


def _free(name: str, taken: set[str], suffix: str) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = name + suffix.format(number)
    return found
