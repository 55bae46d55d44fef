"""Saved sources: saving, taking back, and what a person sees of one."""

from __future__ import annotations

from typing import Any

from nightdesk import sky

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid, NotFound
from nightdesk_services.marshal.models.sources import SourceFields, SourcePost, SourcesQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources

_MOST = 10_000
"""Most sources that one search looks through."""


class SourceService:
    """One object is one source, whoever saves it; every group sees its own saves."""

    def __init__(
        self,
        *,
        sources: Sources,
        candidates: Candidates,
        comments: Records,
        classifications: Records,
        annotations: Records,
        objects: ObjectService,
    ) -> None:
        self._sources = sources
        self._candidates = candidates
        self._comments = comments
        self._classifications = classifications
        self._annotations = annotations
        self._objects = objects

    async def listing(self, access: Access, query: SourcesQuery) -> Document:
        """Return one page of the sources saved to the person's groups."""
        groups = access.chosen(query.group_ids)
        # an administrator's view has no bound by group, so neither has its query
        unbound = access.super_admin and not query.group_ids
        pixels = None
        if query.ra is not None or query.dec is not None or query.radius is not None:
            if query.ra is None or query.dec is None or query.radius is None:
                raise Invalid("ra, dec, radius: a cone needs all three")
            pixels = sky.cone(query.ra, query.dec, query.radius * 3600)
        found = await self._sources.search(
            group_ids=None if unbound else groups, prefix=query.source_id, pixels=pixels, limit=_MOST
        )
        shown = [self._summary(access, source) for source in found if source["group_ids"]]
        shown = [source for source in shown if _wanted(source, query)]
        shown.sort(key=lambda source: source["id"])
        shown.sort(
            key=lambda source: (
                (source[query.sort_by] is not None, source[query.sort_by] or 0)
                if query.sort_by != "id"
                else source["id"]
            ),
            reverse=query.sort_order == "desc",
        )
        page = shown[query.span]
        classified = await self._classifications.of([source["id"] for source in page])
        for source in page:
            source["classifications"] = [
                shapes.classification(access, c)
                for c in access.visible(classified)
                if c["obj_id"] == source["id"]
            ]
        return {
            "sources": page,
            "totalMatches": len(shown),
            "pageNumber": query.page_number,
            "numPerPage": query.num_per_page,
        }

    async def saved(self, access: Access, obj_id: str) -> Document | None:
        """Return a source if one of the person's groups has saved it."""
        found = await self._sources.get(obj_id)
        return found if found and access.sees(found["group_ids"]) and found["group_ids"] else None

    async def get(self, access: Access, obj_id: str) -> Document:
        """Return an object's page: the source, or what the archive knows of an object that is not saved."""
        source = await self.saved(access, obj_id)
        brief = await self._objects.brief(access, obj_id)
        if source is None and brief is None:
            raise NotFound(f"no source {obj_id}")
        survey, aux = brief or (None, {})
        shown = self._summary(access, source or {"_id": obj_id, "ra": aux.get("ra"), "dec": aux.get("dec")})
        lon, lat = sky.galactic(shown["ra"], shown["dec"])
        candidates = access.visible(await self._candidates.of(obj_id, limit=100))
        newest = next((c for c in candidates if access.sees_point(c["survey"], c.get("programid"))), None)
        return shown | {
            "survey": survey.name if survey else None,
            "gal_lon": float(lon),
            "gal_lat": float(lat),
            "first_detected": shapes.time_of_jd(aux.get("first_jd")),
            "last_detected": shapes.time_of_jd(aux.get("last_jd")),
            "n_det": aux.get("n_det"),
            "photometry_exists": brief is not None,
            "thumbnails": shapes.thumbnails(newest["survey"], newest["candid"], obj_id) if newest else [],
            "classifications": await self._said(access, obj_id, self._classifications, shapes.classification),
            "annotations": await self._said(access, obj_id, self._annotations, shapes.annotation),
            "comments": await self._said(access, obj_id, self._comments, shapes.comment)
            if access.has("comments", "read")
            else [],
            "cross_matches": await self._cross_matches(access, obj_id) if brief else {},
        }

    async def save(self, access: Access, post: SourcePost) -> Document:
        """Save an object to groups; it may be there already.

        Raises
        ------
        Denied
            If the person is not in one of the groups, or may not save to it.
        Invalid
            If nothing says where an object is that no archive knows.
        """
        if post.group_ids is None:
            own = [i for i, m in access.memberships.items() if m.get("can_save", True)]
            wanted = [i for i in own if not access.directory.groups[i].get("single_user_group")]
        else:
            wanted = post.group_ids
        if not wanted:
            raise Invalid("group_ids: name at least one group that you belong to")
        groups = access.savable(wanted)
        fields = _given(post)
        if await self._sources.get(post.id) is None:
            await self._sources.create(await self._place(access, post) | {"redshift": None} | fields)
        elif fields:
            await self._sources.change(post.id, fields)
        for group_id in groups:
            await self._sources.save(post.id, group_id, access.author)
        return {"id": post.id, "saved_to_groups": groups}

    async def unsave(self, access: Access, obj_id: str, group_id: int) -> None:
        """Take a source out of a group."""
        access.savable([group_id])
        if not await self._sources.unsave(obj_id, group_id):
            raise NotFound(f"{obj_id} is not saved to group {group_id}")

    async def change(self, access: Access, obj_id: str, fields: SourceFields) -> None:
        """Set what people found out about a source."""
        source = await self.saved(access, obj_id)
        if source is None:
            raise NotFound(f"no source {obj_id}")
        own = [
            i
            for i in source["group_ids"]
            if access.memberships.get(i, {}).get("can_save", i in access.memberships)
        ]
        if not own and not access.super_admin:
            raise Denied("you may not save to any group that holds this source")
        given = fields.model_dump(exclude_unset=True)
        if not given:
            raise Invalid("nothing to change was given")
        await self._sources.change(obj_id, given)

    def pushed(self, access: Access, source: Document) -> tuple[str, Document] | None:
        """Return what a change of a source means to a person: an action and its data; None if nothing."""
        if not source["saves"] or not access.sees(save["group_id"] for save in source["saves"]):
            return None
        if not source["group_ids"] or not access.sees(source["group_ids"]):
            return "delete", {"id": source["_id"], "groups": []}
        return "update", self._summary(access, source)

    def _summary(self, access: Access, source: Document) -> Document:
        saves = [s for s in source.get("saves", ()) if s["active"] and access.sees([s["group_id"]])]
        at = {save["group_id"]: save for save in saves}
        return shapes.named(source, "group_ids", "saves", "aliases", "hpx12", "hpx6") | {
            "redshift": source.get("redshift"),
            "alias": source.get("aliases", []),
            "groups": [group | at[group["id"]] | {"active": True} for group in shapes.groups(access, at)],
            "saved_at": max((save["saved_at"] for save in saves), default=None),
            "is_source": bool(saves),
        }

    async def _said(self, access: Access, obj_id: str, records: Records, shape: Any) -> list[Document]:
        return [shape(access, record) for record in access.visible(await records.of([obj_id]))]

    async def _cross_matches(self, access: Access, obj_id: str) -> dict[str, list[Document]]:
        _, aux = await self._objects.aux(access, obj_id, fields=["cross_matches"])
        return shapes.matches(aux.get("cross_matches"))

    async def _place(self, access: Access, post: SourcePost) -> Document:
        ra, dec, origin = post.ra, post.dec, "Nightdesk"
        brief = await self._objects.brief(access, post.id)
        if brief is not None:
            survey, aux = brief
            ra, dec, origin = aux["ra"], aux["dec"], survey.name
        elif ra is None or dec is None:
            raise Invalid(f"ra, dec: no archive knows {post.id}, so its position must be given")
        fine, coarse = (int(sky.pixel(ra, dec, order)) for order in (sky.FINE, sky.COARSE))
        return {"_id": post.id, "ra": ra, "dec": dec, "hpx12": fine, "hpx6": coarse, "origin": origin}


def _given(post: SourcePost) -> dict[str, Any]:
    return post.model_dump(exclude_unset=True, exclude={"id", "group_ids", "ra", "dec"})


def _wanted(source: Document, query: SourcesQuery) -> bool:
    at = source["saved_at"]
    if not source["is_source"]:
        return False
    if query.group_ids and not any(group["id"] in query.group_ids for group in source["groups"]):
        return False
    if query.source_id and not source["id"].startswith(query.source_id):
        return False
    if (query.saved_after and at < query.saved_after) or (query.saved_before and at > query.saved_before):
        return False
    if query.radius is not None:
        distance = sky.separation(query.ra or 0.0, query.dec or 0.0, source["ra"], source["dec"])
        return bool(distance <= query.radius * 3600)
    return True
