"""Requests about classifications."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from nightdesk_services.marshal.models.fields import Body, Ids, ObjId, Page, Query, Time

Probability = Annotated[float, Field(ge=0, le=1)]
Origin = Annotated[str, Field(max_length=200)]


class ClassificationPost(Body):
    """A new classification."""

    obj_id: ObjId
    classification: str
    taxonomy_id: int = 1
    probability: Probability | None = None
    origin: Origin | None = None
    ml: bool = False
    group_ids: Ids | None = None
    vote: bool | None = None
    """True: its author votes for it at once."""
    label: bool = True
    """Whether the author's looking at the object is noted too."""


class ClassificationsPost(Body):
    """Some new classifications; a body that is one alone is taken for a list of it."""

    classifications: list[ClassificationPost] = Field(min_length=1, max_length=1000)
    alone: bool = False

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, sent: Any) -> Any:
        if isinstance(sent, dict) and "classifications" not in sent:
            return {"classifications": [sent], "alone": True}
        return sent


class ClassificationPut(Body):
    """What changes in a classification."""

    classification: str | None = None
    taxonomy_id: int | None = None
    probability: Probability | None = None
    origin: Origin | None = None
    ml: bool = False
    group_ids: Annotated[Ids, Field(min_length=1)] | None = None


class ClassificationsDelete(Body):
    """How to take all classifications of an object back."""

    label: bool = True


class VotePost(Body):
    """A vote for (1) or against (-1) a classification."""

    vote: int = Field(ge=-1, le=1)


class Span(Query):
    """When classifications were made."""

    start_date: Time | None = Field(default=None, alias="startDate")
    end_date: Time | None = Field(default=None, alias="endDate")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            msg = "endDate lies before startDate"
            raise ValueError(msg)
        return self


class ClassificationsQuery(Page, Span):
    """Which classifications to list."""

    num_per_page: int = Field(default=100, ge=1, le=500, alias="numPerPage")
    include_taxonomy: bool = Field(default=False, alias="includeTaxonomy")


class ClassificationQuery(Query):
    """How to show one classification."""

    include_taxonomy: bool = Field(default=False, alias="includeTaxonomy")
