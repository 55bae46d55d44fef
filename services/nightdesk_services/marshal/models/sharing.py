"""Requests to save sources to groups, and to share data with them."""

from __future__ import annotations

from pydantic import Field, model_validator

from nightdesk_services.marshal.models.fields import Body, Ids, ObjId


class SourceGroupsPost(Body):
    """Groups to save a source to, or to take it out of."""

    obj_id: ObjId = Field(alias="objId")
    invite_group_ids: Ids = Field(default=[], alias="inviteGroupIds")
    unsave_group_ids: Ids = Field(default=[], alias="unsaveGroupIds")

    @model_validator(mode="after")
    def _some(self) -> SourceGroupsPost:
        if not self.invite_group_ids and not self.unsave_group_ids:
            msg = "give inviteGroupIds or unsaveGroupIds"
            raise ValueError(msg)
        return self


class SourceGroupPatch(Body):
    """What a source is to one group."""

    group_id: int = Field(alias="groupID")
    active: bool
    requested: bool


class SharingPost(Body):
    """Data to share, and the groups to share it with."""

    group_ids: Ids = Field(alias="groupIDs", min_length=1, max_length=100)
    photometry_ids: Ids = Field(default=[], alias="photometryIDs", max_length=10_000)
    spectrum_ids: Ids = Field(default=[], alias="spectrumIDs", max_length=1000)

    @model_validator(mode="after")
    def _some(self) -> SharingPost:
        if not self.photometry_ids and not self.spectrum_ids:
            msg = "give photometryIDs or spectrumIDs"
            raise ValueError(msg)
        return self
