"""What a model's file declares."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from nightdesk.surveys import SURVEYS

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
CutoutKind = Literal["science", "template", "difference"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Triplets(_Part):
    """An input of cutouts: float32 of shape (alerts, size, size, kinds), or (alerts, kinds, size, size)."""

    kind: Literal["triplets"]
    size: int = Field(default=63, ge=1, le=512)
    """Pixels on a side; larger stamps are cut around their centre, smaller ones padded."""
    order: tuple[CutoutKind, ...] = Field(default=("science", "template", "difference"), min_length=1)
    layout: Literal["NHWC", "NCHW"] = "NHWC"
    nan: Literal["zero", "median"] = "zero"
    """What pixels without a value become before the stamp is normalised."""
    normalise: Literal["none", "l2", "robust"] = "l2"
    """Each stamp by itself: not at all, to unit length, or to zero median and unit robust deviation."""
    stretch: Literal["none", "asinh"] = "none"
    """Applied to normalised pixels."""
    pad: Literal["centre", "end"] = "centre"
    """Where a smaller stamp lies: in the middle, or in the corner of the first pixel."""
    pad_value: float = 0.0


class Column(_Part):
    """One number of an input of columns: ``(value - offset) / scale``."""

    name: str = Field(min_length=1)
    """Column of the batch: ``candidate.<field>``, a standard column, or one that a stage adds."""
    default: float | None = None
    """In place of a null; None: the alert gets no score."""
    offset: float = 0.0
    scale: float = Field(default=1.0, gt=0.0)


class Columns(_Part):
    """An input of named columns: float32 of shape (alerts, columns), or (alerts, columns, 1)."""

    kind: Literal["columns"]
    columns: tuple[Column, ...] = Field(min_length=1)


Input = Annotated[Triplets | Columns, Field(discriminator="kind")]


class Output(_Part):
    """What comes out: one score, or a probability for each class."""

    name: str | None = None
    """Output of the graph; needed where it has more than one."""
    classes: tuple[Identifier, ...] = ()
    """Names in the order of the output; none: a single score."""
    activation: Literal["none", "sigmoid", "softmax"] = "none"
    """Applied to the graph's output, for one that gives logits."""


class Declaration(_Part):
    """A model as its file declares it."""

    name: Identifier
    """Key of its scores: column ``ml.<name>``, ``classifications.<name>`` of an alert."""
    version: str = Field(min_length=1)
    """Stored beside every score."""
    title: str = ""
    surveys: tuple[str, ...] = Field(min_length=1)
    """Names of the surveys whose alerts it scores."""
    file: str = Field(min_length=1)
    """ONNX file beside the declaration."""
    licence: str = Field(min_length=1)
    trained: str = Field(min_length=1)
    """On what, by whom: where a reader of a score may look further."""
    batch: int = Field(default=256, ge=1, le=65536)
    """Alerts in one run of the graph."""
    inputs: dict[str, Input] = Field(min_length=1)
    """Input of the graph -> what goes into it."""
    output: Output = Output()

    def model_post_init(self, _context: Any, /) -> None:
        """Check what no single field shows."""
        if self.name.endswith("_version"):
            msg = f"name {self.name!r} would be taken for the version of another model"
            raise ValueError(msg)
        if unknown := [name for name in self.surveys if name not in SURVEYS]:
            msg = f"unknown survey {unknown[0]!r}; one of {', '.join(SURVEYS)}"
            raise ValueError(msg)
        for what, names in (
            ("class", self.output.classes),
            *(("cutout", spec.order) for spec in self.inputs.values() if isinstance(spec, Triplets)),
        ):
            if len(set(names)) < len(names):
                msg = f"a {what} is named twice"
                raise ValueError(msg)
        if self.output.activation == "softmax" and len(self.output.classes) < 2:
            msg = "softmax needs two classes or more"
            raise ValueError(msg)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the batch that it reads."""
        specs = (spec for spec in self.inputs.values() if isinstance(spec, Columns))
        return tuple(dict.fromkeys(column.name for spec in specs for column in spec.columns))
