"""Taxonomies: whose they are, and what may be changed in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from nightdesk_services.marshal.access import SITEWIDE, Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, NotFound
from nightdesk_services.marshal.models.taxonomies import TaxonomyPost, TaxonomyPut
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.taxonomies import Taxonomies
from nightdesk_services.marshal.taxonomy import TAXONOMY_ID, problem


class TaxonomyService:
    """The taxonomies of the person's groups."""

    def __init__(self, taxonomies: Taxonomies, classifications: Records) -> None:
        self._taxonomies = taxonomies
        self._classifications = classifications

    async def listing(self, access: Access) -> list[Document]:
        """Return the taxonomies of the person's groups."""
        return [_shown(access, found) for found in access.visible(await self._taxonomies.all())]

    async def get(self, access: Access, number: int) -> Document:
        """Return one taxonomy."""
        return _shown(access, await self._find(access, number))

    async def create(self, access: Access, post: TaxonomyPost) -> int:
        """Add a taxonomy and return its id.

        Groups that are not the person's are left out; without a wish it is everybody's.

        Raises
        ------
        Invalid
            The hierarchy is missing, given twice or malformed, or no group is left.
        Conflict
            There is such a version already.
        """
        fields: dict[str, Any] = {
            "name": post.name,
            "version": post.version,
            "provenance": post.provenance,
            "isLatest": post.is_latest,
            "hierarchy": _hierarchy(post),
            "group_ids": _own(access, post.group_ids or [SITEWIDE]),
        }
        number = await self._taxonomies.insert(fields)
        if number is None:
            raise _taken(post.name, post.version)
        if post.is_latest:
            await self._alone_latest(access, number, post.name)
        return number

    async def change(self, access: Access, number: int, put: TaxonomyPut) -> None:
        """Change what is said of a taxonomy; groups that the person does not see keep it."""
        former = await self._find(access, number)
        fields: dict[str, Any] = put.model_dump(exclude_none=True, by_alias=True)
        if not fields:
            raise Invalid("give name, version, provenance, isLatest or group_ids")
        if put.group_ids is not None:
            hidden = {i for i in former["group_ids"] if i not in access.readable}
            fields["group_ids"] = sorted({*_own(access, put.group_ids), *hidden})
        named = former | fields
        if not await self._taxonomies.change(number, fields):
            raise _taken(named["name"], named["version"])
        if put.is_latest:
            await self._alone_latest(access, number, named["name"])

    async def remove(self, access: Access, number: int) -> None:
        """Remove a taxonomy that no classification uses."""
        await self._find(access, number)
        if number == TAXONOMY_ID:
            raise Conflict("every desk keeps this taxonomy")
        if await self._classifications.any_of({"taxonomy_id": number}):
            raise Conflict("there are classifications from this taxonomy; it stays as long as they do")
        await self._taxonomies.remove(number)

    async def _find(self, access: Access, number: int) -> Document:
        found = await self._taxonomies.get(number)
        if found is None or not access.sees(found["group_ids"]):
            raise NotFound(f"no taxonomy {number}")
        return found

    async def _alone_latest(self, access: Access, number: int, name: str) -> None:
        # what only other groups see is theirs to call the latest
        same = access.visible(await self._taxonomies.all())
        others = [one["_id"] for one in same if one["name"] == name and one["_id"] != number]
        await self._taxonomies.supersede(others)


def _hierarchy(post: TaxonomyPost) -> Document:
    if (post.hierarchy is None) == (post.hierarchy_file is None):
        raise Invalid("hierarchy: give either hierarchy or hierarchy_file")
    field, hierarchy = "hierarchy", post.hierarchy
    if post.hierarchy_file is not None:
        field = "hierarchy_file"
        try:
            hierarchy = yaml.safe_load(post.hierarchy_file)
        except (yaml.YAMLError, RecursionError) as error:
            raise Invalid("hierarchy_file: this is not YAML") from error
    if wrong := problem(hierarchy):
        raise Invalid(f"{field}: {wrong}")
    return dict(hierarchy or {})


def _own(access: Access, group_ids: Iterable[int]) -> list[int]:
    own = sorted(set(group_ids) & access.readable)
    if not own:
        raise Invalid("group_ids: none of these groups is yours")
    return own


def _shown(access: Access, document: Document) -> Document:
    return shapes.named(document, "group_ids") | {"groups": shapes.groups(access, document["group_ids"])}


def _taken(name: str, version: str) -> Conflict:
    return Conflict(f"version: there is a version {version!r} of {name!r} already")
