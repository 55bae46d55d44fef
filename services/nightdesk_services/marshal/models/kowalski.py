"""Requests in Kowalski's language, as `penquins` sends them."""

from __future__ import annotations

import ast
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MOST_TEXT = 200_000
_UNITS = Literal["arcsec", "arcmin", "deg", "rad"]


def _said(value: Any) -> Any:
    """Read what may come as the text of a Python literal."""
    if not isinstance(value, str):
        return value
    if len(value) > MOST_TEXT:
        msg = f"at most {MOST_TEXT} characters"
        raise ValueError(msg)
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
        msg = "is neither an object nor the text of one"
        raise ValueError(msg) from error


def _order(value: Any) -> Any:
    """Read a sort order as drivers take it: a name, pairs, or an object."""
    if isinstance(value, str):
        return {value: 1}
    if isinstance(value, list | tuple):
        pairs = [value] if len(value) == 2 and isinstance(value[0], str) else value
        if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
            msg = "must be pairs of a name and 1 or -1"
            raise ValueError(msg)
        return {str(name): direction for name, direction in pairs}
    return value


def _none_is_nothing(value: Any) -> Any:
    return {} if value is None else value


class _Said(BaseModel):
    """Kowalski passes over what it does not know."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


Literals = Annotated[dict[str, Any], BeforeValidator(_said)]
Catalog = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]


class LoginPost(_Said):
    """Who somebody says they are."""

    username: str = Field(min_length=1, max_length=256)
    password: str = Field(min_length=1, max_length=4096)
    """A token: nobody has a password here."""


class QueryPost(_Said):
    """One query; what `query` must hold depends on its type."""

    query_type: Literal[
        "aggregate",
        "cone_search",
        "count_documents",
        "estimated_document_count",
        "find",
        "find_one",
        "info",
        "near",
        "skymap",
    ]
    query: dict[str, Any]
    keywords: Annotated[dict[str, Any], BeforeValidator(_none_is_nothing)] = Field(
        default_factory=dict, alias="kwargs"
    )


class Keywords(_Said):
    """What goes with a query."""

    limit: int = Field(default=0, ge=0, le=10**9)
    """Most documents; 0: all."""
    skip: int = Field(default=0, ge=0, le=10**9)
    sort: Annotated[dict[str, Literal[1, -1]], BeforeValidator(_order)] | None = None
    max_time_ms: int = Field(default=10_000, ge=1, le=30_000)


class OnCatalog(_Said):
    """A query that asks a catalogue as a whole."""

    catalog: Catalog


class Find(OnCatalog):
    """Which documents of a catalogue, and what of each."""

    filter: Literals = Field(default_factory=dict)
    projection: Annotated[Literals, BeforeValidator(_none_is_nothing)] = Field(default_factory=dict)


class Aggregate(OnCatalog):
    """What becomes of a catalogue's documents."""

    pipeline: Annotated[list[Any], BeforeValidator(_said)] = Field(min_length=1)


class Part(_Said):
    """Which documents of one of several catalogues."""

    filter: Literals = Field(default_factory=dict)
    projection: Annotated[Literals, BeforeValidator(_none_is_nothing)] = Field(default_factory=dict)


Parts = Annotated[dict[Catalog, Annotated[Part, BeforeValidator(_none_is_nothing)]], Field(min_length=1)]


class Around(_Said):
    """Positions and a radius."""

    radec: Any
    radius: float = Field(alias="cone_search_radius", gt=0, allow_inf_nan=False)
    unit: _UNITS = Field(alias="cone_search_unit")


class ConeSearch(_Said):
    """What catalogues hold around positions."""

    object_coordinates: Around
    catalogs: Parts


class Near(_Said):
    """What catalogues hold around positions, the nearest first."""

    radec: Any
    max_distance: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """One arcminute without it."""
    min_distance: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    distance_units: _UNITS = "rad"
    catalogs: Parts


class Info(_Said):
    """What there is."""

    command: Literal["catalog_names", "catalog_info", "index_info", "db_info"]
    catalog: Catalog | None = None


class SkymapName(_Said):
    """Which sky map, and how much of its probability."""

    localization_name: str = Field(min_length=1, max_length=256)
    dateobs: str | None = Field(default=None, max_length=40)
    triggerid: int | None = Field(default=None, alias="trigger_id", ge=-(2**63), lt=2**63)
    aliases: list[str] = Field(default_factory=list, max_length=100)
    contour: float = Field(default=90, gt=0, lt=100)


class InSkymap(Find):
    """What a catalogue holds within a contour of a sky map that is kept here."""

    skymap: SkymapName


def _levels(value: Any) -> Any:
    if isinstance(value, str):
        return [part.strip() for part in value.strip("[] ").split(",") if part.strip()]
    return [value] if isinstance(value, int | float) else value


Levels = Annotated[
    list[Annotated[float, Field(gt=0, lt=100, allow_inf_nan=False)]],
    BeforeValidator(_levels),
    Field(max_length=20),
]
"""Per cent of a probability."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class SkymapPut(_Said):
    """A sky map of an event, of which some contours are kept."""

    dateobs: str | None = Field(default=None, max_length=40)
    """UTC."""
    triggerid: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    aliases: Annotated[
        list[Annotated[str, StringConstraints(max_length=200)]],
        BeforeValidator(_listed),
        Field(max_length=100),
    ] = Field(default_factory=list)
    skymap: dict[str, Any]
    """``ra``, ``dec`` and ``error`` in degrees; or ``localization_name``, ``uniq`` and ``probdensity``."""
    contours: Levels = Field(default_factory=lambda: [90.0, 95.0], min_length=1)


class SkymapGet(_Said):
    """Which sky map."""

    dateobs: str | None = Field(default=None, max_length=40)
    triggerid: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    alias: str | None = Field(default=None, max_length=200)
    localization_name: str | None = Field(default=None, max_length=256)
    contours: Levels = Field(default_factory=list)


FilterId = Annotated[int, Field(ge=1, le=10**15)]
Pipeline = Annotated[list[Any], BeforeValidator(_said), Field(min_length=1, max_length=200)]


class Autosave(BaseModel):
    """Whether what passes shall be saved, and what of it."""

    model_config = ConfigDict(extra="forbid")

    active: bool = True
    comment: str | None = Field(default=None, max_length=1000)
    ignore_group_ids: list[int] = Field(default_factory=list, max_length=1000)
    pipeline: Pipeline | None = None
    saver_id: int | None = None


class FilterSave(_Said):
    """A filter's pipeline: of a new filter, or the next version of one that is there."""

    group_id: FilterId
    filter_id: FilterId | None = None
    """None: a new filter is made."""
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)] | None = None
    catalog: Catalog
    permissions: list[int] | None = Field(default=None, max_length=100)
    """Programs that it may see; None: those of its stream."""
    pipeline: Pipeline
    active: bool | None = None
    autosave: bool | Autosave | None = None
    auto_followup: dict[str, Any] | None = None
    update_annotations: bool | None = None


class FilterChange(_Said):
    """Changes to a filter."""

    filter_id: FilterId
    active: bool | None = None
    active_fid: str | None = Field(default=None, max_length=64)
    autosave: bool | Autosave | None = None
    auto_followup: dict[str, Any] | None = None
    update_annotations: bool | None = None


class FilterTry(_Said):
    """On which alerts to try a filter; the newest without any."""

    filter_version: str | None = Field(default=None, max_length=64)
    object_ids: (
        Annotated[list[Annotated[str, StringConstraints(max_length=128)]], Field(max_length=1000)] | None
    ) = None
    start_date: float | str | None = None
    """JD, or ISO in UTC."""
    end_date: float | str | None = None
    max_time_ms: int = Field(default=30_000, ge=1, le=30_000)


_Names = dict[str, Any] | list[str] | str


class AlertLabels(_Said):
    """What one alert is called, by people and by their machines."""

    human_labels: _Names | None = None
    ml_scores: _Names | None = None
