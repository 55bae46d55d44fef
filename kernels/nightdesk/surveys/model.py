"""What a survey's file declares."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

ZEROPOINTS: Final = {"Jy": 8.9, "mJy": 16.4, "uJy": 23.9, "nJy": 31.4}
"""Unit of flux -> AB magnitude of one: -2.5 log10(f / erg s-1 cm-2 Hz-1) - 48.60, Oke & Gunn 1983."""


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        msg = f"{value!r} is not a pattern: {error}"
        raise ValueError(msg) from error
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Flux(_Part):
    """What a unit says is told by the zero point from then on."""

    zeropoint: float | str | None = None
    """AB magnitude of flux 1, or the field that holds it; for a flux."""
    unit: Literal["Jy", "mJy", "uJy", "nJy"] | None = None
    """Unit of a flux, instead of its zero point."""

    @model_validator(mode="before")
    @classmethod
    def _zeropoint_of_unit(cls, values: Any) -> Any:
        if not isinstance(values, dict) or values.get("unit") not in ZEROPOINTS:
            return values
        known = ZEROPOINTS[values["unit"]]
        if values.get("zeropoint") not in (None, known):
            msg = f"a flux in {values['unit']} has the zero point {known}, not {values['zeropoint']}"
            raise ValueError(msg)
        return {**values, "zeropoint": known}


class Name(_Part):
    """One way to the object's name; the first that is there counts."""

    field: str
    """Column of the packet."""
    prefix: str = ""
    """Put before the value."""


class Clock(_Part):
    """When a point was observed; the same field in the triggering source and in all history."""

    field: str
    format: Literal["jd", "mjd"]
    scale: Literal["utc", "tai", "tt", "tdb"]


class Bands(_Part):
    """Which filter a point was taken through; the same field in the triggering source and in all history."""

    field: str
    names: dict[str, str]
    """Value of the field, as text -> band."""


class Photometry(_Flux):
    """How one kind of point gives its brightness: a signed flux, or a magnitude and a sign."""

    kind: Literal["flux", "magnitude"]
    value: str
    """Field of the flux or of the magnitude."""
    error: str
    """Field of its standard error."""
    sign: str | None = None
    """Field that says whether the source is brighter than the reference; for a magnitude."""
    positive: tuple[str, ...] = ()
    """Values of the sign field, as text, of a brighter source."""
    limit: str | None = None
    """Field of the 5 sigma limiting AB magnitude; None: five times the error of the flux."""
    invalid: tuple[float, ...] = ()
    """Numbers that stand for no value."""


class Total(_Flux):
    """How bright source and reference are together: by a flux of the science image, or by the reference."""

    kind: Literal["flux", "reference"]
    value: str
    """Field of the total flux, or of the AB magnitude of the nearest source in the reference image."""
    error: str
    """Field of its standard error."""
    distance: str | None = None
    """Field of the distance to that reference source in arcsec."""
    within: float = 1.4
    """Largest such distance at which the two are one, as in Förster et al. 2021, AJ 161, 242."""
    invalid: tuple[float, ...] = ()
    """Numbers that stand for no value."""


class SolarSystem(_Part):
    """How a known solar-system object is recognised, by an identifier or by a distance."""

    ids: tuple[str, ...] = ()
    """Columns of an identifier, one of which is there if the source is such an object."""
    distance: str | None = None
    """Column of the distance to the nearest such object in arcsec; negative means none."""
    within: float = 5.0
    """Largest distance in arcsec."""


class Registry(_Part):
    """Where the schemas of framed packets come from: files of a directory, or of an installed package."""

    ids: tuple[int, int]
    """Smallest and largest schema id of the survey; an id is ``100 * major + minor``."""
    path: str
    """File within the directory or package, with ``{major}`` and ``{minor}``."""
    directory: str = ""
    """Directory, beside the survey's file unless absolute."""
    package: str = ""
    """Package whose data files are read; it is not imported."""
    extra: str = ""
    """What to install if the package is missing."""

    def file(self, number: int) -> Path | None:
        """Return where the schema of an id lies; None if the package is not installed."""
        major, minor = divmod(number, 100)
        name = self.path.format(major=major, minor=minor)
        if self.directory:
            return Path(self.directory) / name
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            return None
        return Path(spec.submodule_search_locations[0]) / name


class History(_Part):
    """Which arrays of a packet hold the object's past."""

    prv: str = ""
    """Earlier detections and non-detections; empty: the packets have none."""
    fp: str = ""
    """Forced photometry; empty: the packets have none."""


class Survey(_Part):
    """A survey as its file declares it.

    Columns of a packet are written with dots: ``schemavsn``, ``diaObject.nDiaSources``. The triggering source
    is always called ``candidate``, whatever the survey calls it.
    """

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9]{0,31}$")
    """Short name, the key in `nightdesk.surveys.SURVEYS`; collections and filters are named after it."""
    title: str
    stream: str
    """Name of the stream that the marshal's groups subscribe to."""
    instrument: str
    telescope: str
    topics: Pattern
    """Pattern of the Kafka topics."""
    framing: Literal["ocf", "confluent"]
    """Avro object container files with their schema, or a schema id before the record."""
    schemas: Pattern
    """Pattern of the full name of an alert's schema."""
    registry: Registry | None = None
    source: str
    """Record of the triggering source."""
    id: str
    """Column of the alert's 64-bit identifier."""
    object: tuple[Name, ...] = Field(min_length=1)
    version: str | None = None
    """Column of the schema version; None: the schema's own name tells it."""
    publisher: str | None = None
    """Column of the publisher."""
    null_ids: tuple[int, ...] = ()
    """Identifiers that stand for none."""
    ra: str
    """Column of the ICRS right ascension in degrees."""
    dec: str
    """Column of the ICRS declination in degrees."""
    time: Clock
    band: Bands
    detection: Photometry
    forced: Photometry
    total: Total | None = None
    score: tuple[str, ...]
    """Columns of the real/bogus score, 0 to 1; the first that is there counts."""
    programid: str | int
    """Field of source and history that tells who may see a point, or one number for all."""
    sso: SolarSystem
    history: History
    identity: tuple[tuple[str, ...], ...]
    """Fields that identify a point of history; the first set that is complete counts."""
    stamps: dict[Literal["science", "template", "difference"], str]
    """Cutout -> field of the packet: bytes, or a record with ``stampData``."""
    first_row: Literal["south", "north"] = "south"
    """Which side of a cutout its first row of pixels shows; FITS images mostly begin in the south."""
    sample: str = ""
    """Schema or packet that the declaration is checked with whenever it is read; beside the survey's file."""

    def model_post_init(self, _context: Any, /) -> None:
        """Check what no single field shows."""
        if self.framing == "confluent" and self.registry is None:
            msg = f"{self.name}: framed packets need a [registry] of schemas"
            raise ValueError(msg)
        if self.registry is not None and bool(self.registry.package) == bool(self.registry.directory):
            msg = f"{self.name}: [registry] needs either a directory or a package"
            raise ValueError(msg)
        if self.total is not None and self.total.kind == "flux" and self.total.zeropoint is None:
            msg = f"{self.name}: a total flux needs a unit or a zeropoint"
            raise ValueError(msg)
        for part in (self.detection, self.forced):
            needed = part.zeropoint if part.kind == "flux" else part.sign
            if needed is None:
                msg = f"{self.name}: a flux needs a unit or a zeropoint, and a magnitude a sign"
                raise ValueError(msg)

    def __hash__(self) -> int:
        """Make a survey a key of caches, in spite of the tables in it."""
        return hash(self.name)

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands in the order of the file."""
        return tuple(dict.fromkeys(self.band.names.values()))

    @property
    def alerts(self) -> str:
        """Collection of the alerts."""
        return f"{self.name}_alerts"

    @property
    def aux(self) -> str:
        """Collection of the objects' light curves and cross-matches."""
        return f"{self.name}_alerts_aux"

    @property
    def objects(self) -> str:
        """Collection of the versions of the objects, with what is not yet in `aux`."""
        return f"{self.name}_objects"

    @property
    def cutouts(self) -> str:
        """Collection of the cutouts."""
        return f"{self.name}_alerts_cutouts"
