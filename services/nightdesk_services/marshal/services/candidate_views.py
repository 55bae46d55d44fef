"""Candidates in SkyPortal's shape, out of the cards that the panels show."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk import sky

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.models.sources import PhotometryQuery
from nightdesk_services.marshal.models.spectra import ObjectSpectraQuery
from nightdesk_services.marshal.services.numbers import number
from nightdesk_services.marshal.services.photometry import PhotometryService
from nightdesk_services.marshal.services.source_views import SourceViews
from nightdesk_services.marshal.services.spectra.listing import SpectrumListing
from nightdesk_services.marshal.storage.sources import Sources

_CARD = [
    "id",
    "ra",
    "dec",
    "score",
    "last_detected_at",
    "filter_ids",
    "passing_group_ids",
    "is_source",
    "saved_groups",
    "redshift",
    "comments",
    "classifications",
]
_OURS = ("groups", "alias", "created_at", "modified")


class CandidateViews:
    """Draws candidates."""

    def __init__(
        self,
        sources: Sources,
        views: SourceViews,
        photometry: PhotometryService,
        spectra: SpectrumListing,
    ) -> None:
        self._sources = sources
        self._views = views
        self._photometry = photometry
        self._spectra = spectra

    async def of(
        self, access: Access, cards: Sequence[Document], passed: Sequence[Sequence[Document]]
    ) -> list[Document]:
        """Return objects that passed filters.

        Parameters
        ----------
        passed
            For each card, the candidates that it is of.
        """
        ids = [card["id"] for card in cards]
        sources = await self._sources.by_id(ids)
        annotations = await self._views.annotations(access, ids)
        tags = await self._views.tags(access, ids)
        return [
            self._one(access, card, rows, sources.get(card["id"]))
            | {"annotations": annotations.get(card["id"], []), "tags": tags.get(card["id"], [])}
            for card, rows in zip(cards, passed, strict=True)
        ]

    async def photometry(self, access: Access, obj_id: str) -> list[Document]:
        """Return an object's light curve, empty if the archive has none."""
        try:
            return await self._photometry.points(access, obj_id, PhotometryQuery(format="both"))
        except NotFound:
            return []

    async def spectra(self, access: Access, obj_id: str) -> list[Document]:
        """Return an object's spectra."""
        found = await self._spectra.of_object(access, obj_id, ObjectSpectraQuery())
        spectra: list[Document] = found["spectra"]
        return spectra

    def _one(
        self, access: Access, card: Document, rows: Sequence[Document], source: Document | None
    ) -> Document:
        posted: Document = next((row["obj"] for row in rows if row.get("obj")), {})
        known: Document = {}
        # what people found out about an object is for those who have it saved
        if source is not None and card["is_source"]:
            known = self._views.summary(access, source)
            known = {key: value for key, value in known.items() if key not in _OURS}
            known["alias"] = source.get("aliases", [])
        lon, lat = sky.galactic(card["ra"], card["dec"])
        thumbnails = [{"id": number(one["public_url"])} | one for one in card["thumbnails"]]
        return (
            posted
            | known
            | {name: card[name] for name in _CARD if card[name] is not None}
            | {"gal_lon": float(lon), "gal_lat": float(lat), "thumbnails": thumbnails}
        )


def passing_alerts(rows: Sequence[Document]) -> list[Document]:
    """Return the alerts that made an object pass, by the filters they passed."""
    return [
        {"filter_id": row["filter_id"], "passing_alert_id": row["candid"], "passed_at": row["passed_at"]}
        for row in sorted(rows, key=lambda row: row["passed_at"])
    ]
