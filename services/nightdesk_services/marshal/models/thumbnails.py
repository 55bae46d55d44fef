"""Requests about thumbnails."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from nightdesk_services.marshal.models.fields import Body, Names, ObjId, Query, Title

ThumbnailType = Literal[
    "new",
    "ref",
    "sub",
    "sdss",
    "dr8",
    "ls",
    "ps1",
    "sm",
    "hst",
    "chandra",
    "jwst",
    "new_gz",
    "ref_gz",
    "sub_gz",
]
"""SkyPortal's types: of an alert's cutouts, and of the archives that pictures come from."""

MOST_LETTERS: Final = 2_000_000
"""Longest picture in Base64; 500 by 500 pixels of four bytes are less even without compression."""

_ADDRESS = re.compile(r"(https?://[\w.-]+(:\d+)?/|/)[^\s\"'<>\\]*")


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        msg = "an http or https address, or a path of this desk that begins with /"
        raise ValueError(msg)
    return value


class ThumbnailPost(Body):
    """A new thumbnail: a PNG of 16 to 500 pixels on a side, in Base64."""

    obj_id: ObjId
    data: Annotated[str, StringConstraints(min_length=1, max_length=MOST_LETTERS)]
    ttype: ThumbnailType
    survey: Title | None = None


class ThumbnailPut(Body):
    """What changes in a thumbnail's record; its picture stays."""

    obj_id: ObjId | None = None
    type: ThumbnailType | None = None
    file_uri: Annotated[str, StringConstraints(max_length=1000)] | None = None
    """Kept for people to read: the desk opens only files that it named itself."""
    public_url: Annotated[str, StringConstraints(max_length=2000), AfterValidator(_address)] | None = None
    origin: Title | None = None
    is_grayscale: bool | None = None


class PathsQuery(Query):
    """Which thumbnails' files to look at, and how deep they should lie."""

    types: Names = Field(default=["new", "ref", "sub"])
    required_depth: int = Field(default=2, ge=0, le=32, alias="requiredDepth")


class PathsPage(PathsQuery):
    """One page of those that lie elsewhere."""

    required_depth: int = Field(default=2, ge=1, le=32, alias="requiredDepth")
    num_per_page: int = Field(default=100, ge=1, alias="numPerPage")
    page_number: int = Field(default=1, ge=1, le=10**9, alias="pageNumber")

    @property
    def span(self) -> slice:
        """The page's part of the whole; at most a thousand."""
        each = min(self.num_per_page, 1000)
        return slice((self.page_number - 1) * each, self.page_number * each)
