"""All that deals with spectra, put together."""

from __future__ import annotations

from dataclasses import dataclass

from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.phot_stats.finding import PhotStatFinder
from nightdesk_services.marshal.services.photometry_posts import PhotometryPosts
from nightdesk_services.marshal.services.resources import Resources
from nightdesk_services.marshal.services.spectra.bulk import BulkSpectra
from nightdesk_services.marshal.services.spectra.links import Links
from nightdesk_services.marshal.services.spectra.listing import SpectrumListing
from nightdesk_services.marshal.services.spectra.service import SpectrumService
from nightdesk_services.marshal.services.spectra.synthetic import SyntheticPhotometry
from nightdesk_services.marshal.services.spectra.views import SpectrumViews
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.spectra import Spectra
from nightdesk_services.marshal.storage.store import Store


@dataclass(frozen=True)
class Spectroscopy:
    """Spectra one by one, in lists and in bulk, and their synthetic photometry."""

    spectra: SpectrumService
    listing: SpectrumListing
    bulk: BulkSpectra
    synthetic: SyntheticPhotometry

    @classmethod
    def create(
        cls,
        *,
        store: Store,
        resources: Resources,
        instruments: InstrumentService,
        links: Links,
        posts: PhotometryPosts,
        sources: Sources,
        classifications: Records,
        stat_finder: PhotStatFinder,
    ) -> Spectroscopy:
        """Put them together."""
        spectra = Spectra(store)
        views = SpectrumViews(spectra, Documents(store, "instruments"), Documents(store, "telescopes"))
        service = SpectrumService(spectra, views, resources, instruments, links)
        return cls(
            spectra=service,
            listing=SpectrumListing(spectra, views, resources),
            bulk=BulkSpectra(spectra, sources, classifications, stat_finder),
            synthetic=SyntheticPhotometry(service, posts),
        )
