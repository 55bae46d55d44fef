"""Requests about users, their roles and ACLs, and one's own profile."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from nightdesk_services.marshal.models.fields import Body, Names, Page, Time

_MOST_PREFERENCES = 100_000


def _modest(value: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(value)) > _MOST_PREFERENCES:
        msg = f"at most {_MOST_PREFERENCES} characters of JSON"
        raise ValueError(msg)
    return value


Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Username = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[\w.@+\-]+$")]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^[+\d][\d ()./\-]*$")
]
Preferences = Annotated[dict[str, Any], AfterValidator(_modest)]


class UsersQuery(Page):
    """Which users to list."""

    first_name: str | None = Field(default=None, alias="firstName")
    last_name: str | None = Field(default=None, alias="lastName")
    username: str | None = None
    email: str | None = None
    role: str | None = None
    acl: str | None = None
    group: str | None = None
    stream: str | None = None
    include_expired: bool = Field(default=False, alias="includeExpired")
    sort_by: Literal["username", "firstName", "lastName", "contactEmail", "createdAt"] = Field(
        default="username", alias="sortBy"
    )
    sort_order: Literal["asc", "desc"] = Field(default="asc", alias="sortOrder")


class PersonFields(Body):
    """What a person says of themselves."""

    first_name: Name | None = None
    last_name: Name | None = None
    affiliations: list[Name] | None = Field(default=None, max_length=50)
    contact_email: Email | None = None
    contact_phone: Phone | None = None


class UserPost(PersonFields):
    """Somebody who shall be known before they come."""

    username: Username
    oauth_uid: str | None = Field(default=None, max_length=200)
    roles: Names | None = None
    group_ids_and_admin: list[tuple[int, bool]] | None = Field(default=None, alias="groupIDsAndAdmin")


class UserPatch(Body):
    """When an account ends; null for never."""

    expiration_date: Time | None = Field(default=None, alias="expirationDate")


class ProfilePatch(PersonFields):
    """Changes to a profile; what is not given stays."""

    username: Username | None = None
    bio: Annotated[str, StringConstraints(max_length=5000)] | None = None
    is_bot: bool | None = None
    preferences: Preferences | None = None


class RolesPost(Body):
    """Roles to give."""

    role_ids: Names = Field(alias="roleIds", min_length=1)


class AclsPost(Body):
    """ACLs to give."""

    acl_ids: Names = Field(alias="aclIds", min_length=1)
