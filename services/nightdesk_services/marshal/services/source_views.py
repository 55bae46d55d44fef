"""Sources as a person sees them: their groups' saves, and what was said of them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from nightdesk import sky

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.phot_stats.service import PhotStatService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.source_labels import SourceLabels
from nightdesk_services.marshal.storage.sources import Sources

_HIDDEN = ("group_ids", "saves", "aliases", "hpx12", "hpx6")
_DUPLICATE_ARCSEC = 4.0
_GALAXY = [
    "created_at",
    "modified",
    "catalog_id",
    "name",
    "alt_name",
    "ra",
    "dec",
    "distmpc",
    "distmpc_unc",
    "redshift",
    "redshift_error",
    "sfr_fuv",
    "mstar",
    "magb",
    "magk",
    "mag_fuv",
    "mag_nuv",
    "a",
    "pa",
    "btc",
]


class SourceViews:
    """Draws sources."""

    def __init__(
        self,
        *,
        sources: Sources,
        comments: Records,
        classifications: Records,
        annotations: Records,
        tags: Documents,
        tag_options: Documents,
        spectra: Documents,
        photometry: Documents,
        phot_stats: PhotStatService,
        galaxies: Documents,
        requests: Documents,
        super_objs: Documents,
        labels: SourceLabels,
    ) -> None:
        self._sources = sources
        self._comments = comments
        self._classifications = classifications
        self._annotations = annotations
        self._tags = tags
        self._tag_options = tag_options
        self._spectra = spectra
        self._photometry = photometry
        self._phot_stats = phot_stats
        self._galaxies = galaxies
        self._requests = requests
        self._super_objs = super_objs
        self._labels = labels

    def summary(self, access: Access, source: Document) -> Document:
        """Return a source's own fields and the person's groups that saved it."""
        saves = _saves(access, source)
        at = {save["group_id"]: save for save in saves}
        shown = ("saved_by", "saved_at", "active")
        return shapes.named(source, *_HIDDEN) | {
            "redshift": source.get("redshift"),
            "alias": source.get("aliases", []),
            "groups": [
                group | {name: at[group["id"]][name] for name in shown} | {"requested": False}
                for group in shapes.groups(access, at)
            ],
        }

    def extras(self, access: Access, source: Document) -> Document:
        """Return fields of our own: when the source was saved last, and whether it is saved at all."""
        saves = _saves(access, source)
        return {"saved_at": max((s["saved_at"] for s in saves), default=None), "is_source": bool(saves)}

    async def classifications(self, access: Access, obj_ids: Collection[str]) -> dict[str, list[Document]]:
        """Return what sources were classified as, by object."""
        return await self._said(access, obj_ids, self._classifications, shapes.classification)

    async def annotations(self, access: Access, obj_ids: Collection[str]) -> dict[str, list[Document]]:
        """Return the annotations of sources, by object."""
        found = await self._said(access, obj_ids, self._annotations, shapes.annotation)
        return {key: [one | {"type": "source"} for one in said] for key, said in found.items()}

    async def comments(self, access: Access, obj_ids: Collection[str]) -> dict[str, list[Document]]:
        """Return the comments on sources, by object; none if the token may not read them."""
        if not access.has("comments", "read"):
            return {}
        return await self._said(access, obj_ids, self._comments, shapes.comment)

    async def tags(self, access: Access, obj_ids: Collection[str]) -> dict[str, list[Document]]:
        """Return the tags of sources, by object."""
        found = access.visible(await self._tags.among("obj_id", obj_ids))
        options = await self._tag_options.by_id(one["objtagoption_id"] for one in found)
        made: dict[str, list[Document]] = defaultdict(list)
        for one in found:
            name = options.get(one["objtagoption_id"], {}).get("name")
            own = shapes.named(one, "group_ids") | {"groups": shapes.groups(access, one["group_ids"])}
            made[one["obj_id"]].append(own | {"name": name})
        return made

    async def with_spectra(self, access: Access, obj_ids: Collection[str]) -> set[str]:
        """Return which objects have spectra that the person sees."""
        found = await self._spectra.find(
            {"obj_id": {"$in": sorted(obj_ids)}}, fields={"obj_id": 1, "group_ids": 1}
        )
        return {one["obj_id"] for one in access.visible(found)}

    async def uploaded(self, access: Access, obj_id: str) -> bool:
        """Return whether somebody uploaded photometry of an object that the person sees."""
        return await self._photometry.one({"obj_id": obj_id} | access.measured) is not None

    async def hosts(self, sources: Sequence[Document]) -> dict[int, Document]:
        """Return the host galaxies of sources, by their id."""
        found = await self._galaxies.by_id(s["host_id"] for s in sources if s.get("host_id") is not None)
        return {
            i: {"id": i} | {name: one[name] for name in _GALAXY if name in one} for i, one in found.items()
        }

    async def requested(self, access: Access, obj_id: str) -> list[Document]:
        """Return the person's groups that a source is proposed to and that have not saved it."""
        found = await self._requests.find({"obj_id": obj_id, "group_id": {"$in": sorted(access.readable)}})
        waiting = [one["group_id"] for one in found]
        return [g | {"active": False, "requested": True} for g in shapes.groups(access, waiting)]

    async def labellers(self, access: Access, obj_id: str) -> list[Document]:
        """Return who looked at a source for one of the person's groups."""
        looks = await self._labels.of([obj_id], access.readable)
        ids = sorted({one["labeller_id"] for one in looks})
        return [shapes.person(access.directory.users[i]) for i in ids if i in access.directory.users]

    async def duplicates(self, access: Access, source: Document) -> list[Document]:
        """Return other saved sources of the person's within 4 arcsec."""
        near = await self._sources.near(source["ra"], source["dec"], _DUPLICATE_ARCSEC)
        return [
            _at(source, one) for one in near if one["_id"] != source["_id"] and access.sees(one["group_ids"])
        ]

    async def links(self, obj_id: str) -> list[Document]:
        """Return the super-objects of an object."""
        return await self._super_objs.among("obj_ids", [obj_id])

    async def associated(self, access: Access, source: Document, links: Sequence[Document]) -> list[Document]:
        """Return the objects that links tie to one as the same thing, as far as the person sees them."""
        others = {i for link in links for i in link["obj_ids"]} - {source["_id"]}
        known = await self._sources.by_id(others)
        return [
            _at(source, known[i]) | {"super_obj_id": link["_id"], "super_obj_name": link.get("name")}
            for link in links
            for i in link["obj_ids"]
            if i in known and access.sees(known[i]["group_ids"])
        ]

    async def _said(
        self,
        access: Access,
        obj_ids: Collection[str],
        records: Records,
        shape: Callable[[Access, Document], Document],
    ) -> dict[str, list[Document]]:
        made: dict[str, list[Document]] = defaultdict(list)
        for record in access.visible(await records.of(obj_ids)):
            made[record["obj_id"]].append(shape(access, record))
        return made

    async def page(self, access: Access, sources: Sequence[Document], query: Any) -> list[Document]:
        """Return sources as a list shows them; `query` is a `SourcesQuery`."""
        ids = [source["_id"] for source in sources]
        classified, annotated, tagged, commented, with_spectra, hosts = await asyncio.gather(
            self.classifications(access, ids),
            self.annotations(access, ids),
            self.tags(access, ids),
            self.comments(access, ids),
            self.with_spectra(access, ids),
            self.hosts(sources),
        )
        stats = await self._phot_stats.of(access, ids) if query.include_detection_stats else {}
        shown = []
        for source in sources:
            obj_id = source["_id"]
            # what is only proposed to one's groups is the others' still, but for where it is
            held = access.sees(source["group_ids"])
            own = source if held else {name: source[name] for name in ("_id", "ra", "dec")}
            one = self.summary(access, own)
            one |= {"classifications": classified.get(obj_id, []), "tags": tagged.get(obj_id, [])}
            if query.remove_nested:
                del one["groups"]
            else:
                one["annotations"] = annotated.get(obj_id, [])
            if query.include_spectrum_exists:
                one["spectrum_exists"] = obj_id in with_spectra
            if query.include_comment_exists:
                one["comment_exists"] = bool(commented.get(obj_id))
            if query.include_detection_stats:
                one["photstats"] = [stats[obj_id]] if held and obj_id in stats else []
            if query.include_hosts:
                one["host"] = hosts.get(own.get("host_id", -1))
            shown.append(one | (self.extras(access, own) if query.extras else {}))
        return shown


def _at(source: Document, other: Document) -> Document:
    distance = sky.separation(source["ra"], source["dec"], other["ra"], other["dec"])
    return {"obj_id": other["_id"], "ra": other["ra"], "dec": other["dec"], "separation": float(distance)}


def _saves(access: Access, source: Document) -> list[Document]:
    """Return the saves of a source that stand, by groups that the person sees."""
    return [s for s in source.get("saves", ()) if s["active"] and access.sees([s["group_id"]])]
