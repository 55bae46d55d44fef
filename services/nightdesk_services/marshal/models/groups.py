"""Requests about groups and their members."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from nightdesk_services.marshal.models.fields import Body, Ids, Query, Title


class GroupPost(Body):
    """A new group."""

    name: Title
    nickname: str | None = Field(default=None, max_length=60)
    description: str | None = Field(default=None, max_length=2000)
    private: bool = False
    auto_accept_requests: bool = False
    group_admins: Ids = Field(default=[])
    stream_ids: Ids | None = None


class GroupPut(Body):
    """Changes to a group; what is not given stays."""

    name: Title | None = None
    nickname: str | None = Field(default=None, max_length=60)
    description: str | None = Field(default=None, max_length=2000)
    private: bool | None = None
    auto_accept_requests: bool | None = None
    stream_ids: Ids | None = None


class GroupsQuery(Query):
    """Which groups to list."""

    name: str | None = None
    include_single_user_groups: bool = Field(default=False, alias="includeSingleUserGroups")


class MemberPost(Body):
    """Somebody to take into a group, by id or by name."""

    user_id: int | None = Field(default=None, alias="userID")
    username: str | None = None
    admin: bool = False
    can_save: bool = Field(default=True, alias="canSave")
    can_share_photometry: bool = Field(default=False, alias="canSharePhotometry")

    @model_validator(mode="after")
    def _one(self) -> MemberPost:
        if (self.user_id is None) == (self.username is None):
            msg = "give either userID or username"
            raise ValueError(msg)
        return self


class MemberPatch(MemberPost):
    """New flags of a member."""

    admin: bool | None = None  # type: ignore[assignment]
    can_save: bool | None = Field(default=None, alias="canSave")  # type: ignore[assignment]
    can_share_photometry: bool | None = Field(  # type: ignore[assignment]
        default=None, alias="canSharePhotometry"
    )


class GroupQuery(Query):
    """How much of a group to show."""

    include_group_users: bool = Field(default=True, alias="includeGroupUsers")


class FromGroups(Body):
    """Groups whose members to take in."""

    from_group_ids: Ids = Field(alias="fromGroupIDs", min_length=1)


class GroupStream(Body):
    """A stream to grant to a group."""

    stream_id: int


class AdmissionPost(Body):
    """Somebody's wish to join a group."""

    group_id: int = Field(alias="groupID")
    user_id: int = Field(alias="userID")


class AdmissionPatch(Body):
    """The answer to it."""

    status: Literal["pending", "accepted", "declined"]


class AdmissionsQuery(Query):
    """Which requests to list."""

    group_id: int | None = Field(default=None, alias="groupID")
