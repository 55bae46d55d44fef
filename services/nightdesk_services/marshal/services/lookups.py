"""Looking objects up in the catalogues that are loaded on this desk, under the names of the archives."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nightdesk.crossmatch import Catalogue

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.models.annotations import AnnotationPost, GaiaLookup, Lookup, Ps1Lookup
from nightdesk_services.marshal.services.annotations import AnnotationService
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.resources import SOURCES, Resources
from nightdesk_services.marshal.storage.sources import Sources

_MOST = 20


@dataclass(frozen=True)
class Archive:
    """What stands for an archive: how its catalogues are called, here and there."""

    title: str
    default: str
    """Catalogue that is meant if none is named."""
    names: tuple[str, ...]
    """Beginnings of the names under which such catalogues are loaded, letters and digits only."""
    only: bool = False
    """Whether the named catalogue is a mere label: there is one catalogue."""


ARCHIVES: Final = {
    "gaia": Archive("Gaia", "gaiadr3.gaia_source", ("gaia",)),
    "irsa": Archive("WISE (IRSA)", "allwise_p3as_psd", ("allwise", "catwise", "unwise", "wise")),
    "vizier": Archive("VizieR", "VII/290", ("vii290", "milliquas")),
    "datalab": Archive("Data Lab", "ls_dr10", ("lsdr10", "legacysurvey", "lsdr")),
    "ps1": Archive("Pan-STARRS", "ps1.dr2", ("ps1", "panstarrs"), only=True),
}
_RADIUS: Final = 2.0
_MAGNITUDES: Final = ("phot_g_mean_mag", "gmag", "g_mag", "mag_g")
_DETECTIONS: Final = ("ndetections", "n_detections", "ndet")


class LookupService:
    """Finds an object in a catalogue and annotates it with what is there."""

    def __init__(
        self,
        catalogues: Callable[[], list[Catalogue]],
        annotations: AnnotationService,
        resources: Resources,
        objects: ObjectService,
        sources: Sources,
    ) -> None:
        self._catalogues = catalogues
        self._annotations = annotations
        self._resources = resources
        self._objects = objects
        self._sources = sources

    async def look(self, access: Access, obj_id: str, archive: str, wanted: Lookup) -> list[int]:
        """Annotate an object with each of its matches, the nearest first; return the annotations' ids.

        Raises
        ------
        NotFound
            If no such catalogue is loaded on this desk.
        """
        thing = await self._resources.held(access, SOURCES, obj_id)
        ra, dec = await self._place(access, obj_id)
        radius = wanted.crossmatch_radius or _RADIUS
        name, found = await asyncio.to_thread(self._find, ARCHIVES[archive], wanted.catalog, ra, dec, radius)
        kept = [one for one in found if _wanted(one, wanted)][: getattr(wanted, "number", None) or _MOST]
        origin = wanted.catalog or ARCHIVES[archive].default
        made = []
        for rank, record in enumerate(kept, start=1):
            data = {key: value for key, value in record.items() if key != "_id"} | {"catalog": name}
            post = AnnotationPost(
                origin=origin if rank == 1 else f"{origin} #{rank}", data=data, group_ids=wanted.group_ids
            )
            made.append(await self._annotations.renew(access, thing, post))
        return made

    async def _place(self, access: Access, obj_id: str) -> tuple[float, float]:
        found = await self._objects.brief(access, obj_id)
        document = found[1] if found else await self._sources.get(obj_id) or {}
        if document.get("ra") is None or document.get("dec") is None:
            raise NotFound(f"the place of {obj_id} is not known")
        return float(document["ra"]), float(document["dec"])

    def _find(
        self, archive: Archive, wanted: str | None, ra: float, dec: float, radius: float
    ) -> tuple[str, list[Document]]:
        """Return the catalogue's name and its matches, the nearest first."""
        there = self._catalogues()
        catalogue = _of(there, archive, wanted)
        if catalogue is None:
            loaded = ", ".join(one.name for one in there) or "none"
            raise NotFound(
                f"catalog: no catalogue of {archive.title} that answers for {wanted or archive.default!r} is"
                f" loaded on this desk (loaded: {loaded}); an administrator loads catalogues"
            )
        matches = catalogue.match([ra], [dec], radius)
        return catalogue.name, [
            {key: _plain(value) for key, value in record.items()} for record in catalogue.records(matches)
        ]


def _of(there: Sequence[Catalogue], archive: Archive, wanted: str | None) -> Catalogue | None:
    """Return the catalogue that stands for the one wanted, if it is loaded."""
    if wanted is None or archive.only:
        return next((c for name in archive.names for c in there if _bare(c.name).startswith(name)), None)
    bare = _bare(wanted)
    if bare == _bare(archive.default):
        return _of(there, archive, None)
    # `gaia_dr3` stands for gaiadr3.gaia_source, and the longer name is the closer one
    alike = [c for c in there if bare.startswith(_bare(c.name)) or _bare(c.name).startswith(bare)]
    return max(alike, key=lambda c: len(_bare(c.name)), default=None)


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _wanted(record: Document, wanted: Lookup) -> bool:
    lower = {key.lower(): value for key, value in record.items()}
    if isinstance(wanted, GaiaLookup) and wanted.limmag:
        magnitude = _first(lower, _MAGNITUDES)
        return magnitude is None or magnitude <= wanted.limmag
    if isinstance(wanted, Ps1Lookup):
        detections = _first(lower, _DETECTIONS)
        return detections is None or detections >= wanted.min_detections
    return True


def _first(record: Document, names: Sequence[str]) -> Any:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _plain(value: Any) -> Any:
    """Return what the store keeps and JSON shows."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
