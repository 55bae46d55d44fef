"""Reports of scanning: what passed in some time and was saved."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Invalid, NotFound
from nightdesk_services.marshal.models.scanreports import ScanReportPost, ScanReportsQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources


class ScanReportService:
    """Reports belong to groups; all of them must be the reader's, for a report shows what each saved."""

    def __init__(
        self,
        reports: Documents,
        items: Documents,
        candidates: Candidates,
        sources: Sources,
        classifications: Records,
    ) -> None:
        self._reports = reports
        self._items = items
        self._candidates = candidates
        self._sources = sources
        self._classifications = classifications

    async def create(self, access: Access, post: ScanReportPost) -> None:
        """Make a report.

        Raises
        ------
        Conflict
            If there is the same one already.
        Invalid
            If nothing that passed in this time was saved.
        """
        if post.gcn_event_dateobs is not None:
            raise Invalid("gcn_event_dateobs: reports are not made by GCN event here")
        groups = sorted(access.savable(post.group_ids))
        options = post.model_dump(mode="json", exclude_none=True, exclude={"group_ids"})
        if await self._reports.one({"group_ids": groups, "options": options}):
            raise Conflict("there is a report of these groups and times already")
        found = await self._saved(access, post, groups)
        if not found:
            raise Invalid("no candidate that passed in this time was saved to these groups")
        made = await self._reports.insert(
            {"author_id": access.user_id, "author": access.username, "group_ids": groups, "options": options}
        )
        said = access.visible(await self._classifications.of([source["_id"] for source in found]))
        for source in found:
            own = [one["classification"] for one in said if one["obj_id"] == source["_id"]]
            data = _data(source, groups) | {"classifications": own}
            await self._items.insert({"obj_id": source["_id"], "scan_report_id": made["_id"], "data": data})

    async def listing(self, access: Access, query: ScanReportsQuery) -> Document:
        """Return one page of the reports that the person may read, the newest first."""
        # no group of the report may be another's
        wanted: Document = {"group_ids": {"$not": {"$elemMatch": {"$nin": sorted(access.readable)}}}}
        start = (query.page - 1) * query.num_per_page
        page = slice(start, start + query.num_per_page)
        found = await self._reports.find(wanted, sort=[("_id", -1)], page=page)
        return {
            "reports": [
                shapes.named(one, "group_ids") | {"groups": shapes.groups(access, one["group_ids"])}
                for one in found
            ],
            "totalMatches": await self._reports.count(wanted),
            "pageNumber": query.page,
            "numPerPage": query.num_per_page,
        }

    async def items(self, access: Access, number: int) -> list[Document]:
        """Return the candidates of a report."""
        await self._readable(access, number)
        return [shapes.named(one) for one in await self._items.find({"scan_report_id": number})]

    async def comment(self, access: Access, number: int, item_id: int, text: str | None) -> None:
        """Set what is said of one candidate of a report."""
        await self._readable(access, number)
        item = await self._items.one({"_id": item_id, "scan_report_id": number})
        if item is None:
            raise NotFound(f"no item {item_id} of scan report {number}")
        await self._items.change(item_id, {"data.comment": text})

    async def _readable(self, access: Access, number: int) -> None:
        report = await self._reports.get(number)
        if report is None or not access.readable.issuperset(report["group_ids"]):
            raise NotFound(f"no scan report {number}")

    async def _saved(self, access: Access, post: ScanReportPost, groups: list[int]) -> list[Document]:
        """Return the sources that passed and were saved in the time of a report."""
        start, end = post.passed
        passed = await self._candidates.page(
            {"passed_at": {"$gte": start, "$lte": end}, "group_ids": {"$in": groups}}
        )
        seen = {one["objectId"] for one in passed if access.sees_point(one["survey"], one.get("programid"))}
        since, until = post.saved
        known = await self._sources.by_id(seen)
        return [
            source
            for _, source in sorted(known.items())
            if any(since <= save["saved_at"] <= until for save in _saves(source, groups))
        ]


def _saves(source: Document, groups: list[int]) -> list[Document]:
    return [save for save in source["saves"] if save["active"] and save["group_id"] in groups]


def _data(source: Document, groups: list[int]) -> Document:
    saves = _saves(source, groups)
    return {
        "comment": None,
        "tns_name": source.get("tns_name"),
        "redshift": source.get("redshift"),
        "ra": source["ra"],
        "dec": source["dec"],
        "saved_info": [
            {
                "group_id": save["group_id"],
                "saved_by": save["saved_by"]["username"],
                "saved_at": save["saved_at"].isoformat(),
            }
            for save in saves
        ],
    }
