"""Requests about invitations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from nightdesk_services.marshal.models.fields import Body, Ids, Page, Time
from nightdesk_services.marshal.models.users import Email

Role = Literal["Full user", "View only"]


class InvitationPost(Body):
    """Somebody to invite, and what they shall have."""

    user_email: Email = Field(alias="userEmail")
    group_ids: Ids = Field(alias="groupIDs", min_length=1)
    role: Role = "Full user"
    stream_ids: Ids | None = Field(default=None, alias="streamIDs")
    group_admin: list[bool] | None = Field(default=None, alias="groupAdmin")
    can_save: list[bool] | None = Field(default=None, alias="canSave")
    can_share_photometry: list[bool] | None = Field(default=None, alias="canSharePhotometry")
    user_expiration_date: Time | None = Field(default=None, alias="userExpirationDate")

    @model_validator(mode="after")
    def _one_flag_a_group(self) -> InvitationPost:
        flags = (
            ("groupAdmin", self.group_admin),
            ("canSave", self.can_save),
            ("canSharePhotometry", self.can_share_photometry),
        )
        for name, given in flags:
            if given is not None and len(given) != len(self.group_ids):
                msg = f"{name}: one for each of the {len(self.group_ids)} groups"
                raise ValueError(msg)
        return self


class InvitationPatch(Body):
    """Changes to an invitation that was not accepted yet."""

    group_ids: Ids | None = Field(default=None, alias="groupIDs", min_length=1)
    stream_ids: Ids | None = Field(default=None, alias="streamIDs")
    role: Role | None = None
    user_expiration_date: Time | None = Field(default=None, alias="userExpirationDate")


class InvitationsQuery(Page):
    """Which invitations to list."""

    include_used: bool = Field(default=False, alias="includeUsed")
    email: str | None = None
    group: str | None = None
    stream: str | None = None
    invited_by: str | None = Field(default=None, alias="invitedBy")


class Acceptance(Body):
    """The token that an invited person was sent."""

    token: str = Field(min_length=1, max_length=200)
