"""Kinds of fields that several requests share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


def _split(value: Any) -> Any:
    """Read ``1,2`` or ``[1, 2]`` or a single number, as they come in an address or a body."""
    if isinstance(value, str):
        return [item.strip() for item in value.strip("[] ").split(",") if item.strip()]
    return [value] if isinstance(value, int) else value


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _stored(numbers: list[int]) -> list[int]:
    if any(not 0 <= number < _IDS for number in numbers):
        msg = "ids are numbers from 0 to 2**53"
        raise ValueError(msg)
    return numbers


_IDS = 2**53
Ids = Annotated[list[int], BeforeValidator(_split)]
StoredId = Annotated[int, Field(ge=0, lt=_IDS)]
"""An id that the store can hold, and that a browser reads exactly."""
StoredIds = Annotated[Ids, AfterValidator(_stored)]
Names = Annotated[list[str], BeforeValidator(_split)]
Time = Annotated[datetime, AfterValidator(_in_utc)]
"""A time; one without zone is in UTC."""
ObjId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\w.+\-]+$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Ra = Annotated[float, Field(ge=0, lt=360)]
Dec = Annotated[float, Field(ge=-90, le=90)]


class Body(BaseModel):
    """What stands in a request's body; a field that is unknown is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, str_max_length=100_000)


class Query(BaseModel):
    """What stands in a request's address; SkyPortal's further parameters are let pass."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Page(Query):
    """One page of many."""

    page_number: int = Field(default=1, ge=1, alias="pageNumber")
    num_per_page: int = Field(default=25, ge=1, le=500, alias="numPerPage")

    @property
    def span(self) -> slice:
        """The page's part of the whole."""
        return slice((self.page_number - 1) * self.num_per_page, self.page_number * self.num_per_page)
