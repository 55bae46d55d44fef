"""Photometry and spectra, shown to further groups."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid
from nightdesk_services.marshal.models.sharing import SharingPost
from nightdesk_services.marshal.storage.documents import Documents


class SharingService:
    """Groups are added, none is taken away; all that was named is shared, or nothing."""

    def __init__(self, photometry: Documents, spectra: Documents) -> None:
        self._photometry = photometry
        self._spectra = spectra

    async def share(self, access: Access, post: SharingPost) -> None:
        """Share data with groups; with one person by the group of that person alone."""
        for group_id in post.group_ids:
            group = access.directory.groups.get(group_id)
            if group is None or not (access.knows(group_id) or group.get("single_user_group")):
                raise Invalid(f"groupIDs: no group {group_id}")
        points = await self._chosen(access, self._photometry, "photometryIDs", post.photometry_ids)
        spectra = await self._chosen(access, self._spectra, "spectrumIDs", post.spectrum_ids)
        for point in points:
            self._may_share(access, point, post.group_ids)
        for spectrum in spectra:
            if not access.super_admin and _owner(spectrum) != access.user_id:
                raise Denied(f"spectrumIDs: spectrum {spectrum['_id']} is somebody else's to share")
        for store, chosen in ((self._photometry, points), (self._spectra, spectra)):
            if chosen:
                ids = [one["_id"] for one in chosen]
                groups = {"group_ids": {"$each": sorted(set(post.group_ids))}}
                await store.update({"_id": {"$in": ids}}, {"$addToSet": groups})

    async def _chosen(self, access: Access, store: Documents, field: str, ids: list[int]) -> list[Document]:
        found = {i: one for i, one in (await store.by_id(ids)).items() if access.sees(one["group_ids"])}
        if lacking := sorted(set(ids) - set(found)):
            raise Invalid(f"{field}: there is none of number {lacking[0]}")
        return list(found.values())

    def _may_share(self, access: Access, point: Document, group_ids: list[int]) -> None:
        if access.super_admin or _owner(point) == access.user_id:
            return
        if strange := sorted(set(group_ids) - set(access.memberships)):
            raise Denied(
                f"groupIDs: you are not in group {strange[0]}, and the photometry is somebody else's"
            )
        if not any(access.memberships.get(i, {}).get("can_share_photometry") for i in point["group_ids"]):
            raise Denied("photometryIDs: none of your groups that hold it lets you share its photometry")


def _owner(record: Document) -> int | None:
    found: int | None = record.get("owner_id", (record.get("author") or {}).get("id"))
    return found
