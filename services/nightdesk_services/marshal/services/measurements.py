"""All that deals with measurements of brightness, put together."""

from __future__ import annotations

from dataclasses import dataclass

from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.services.phot_stats.comparison import PhotStatComparison
from nightdesk_services.marshal.services.phot_stats.finding import PhotStatFinder
from nightdesk_services.marshal.services.phot_stats.making import PhotStatMaker
from nightdesk_services.marshal.services.phot_stats.refreshing import PhotStatClock
from nightdesk_services.marshal.services.phot_stats.service import PhotStatService
from nightdesk_services.marshal.services.photometric_series import PhotometricSeriesService
from nightdesk_services.marshal.services.photometry import PhotometryService
from nightdesk_services.marshal.services.photometry_checks import Checks
from nightdesk_services.marshal.services.photometry_edits import PhotometryEdits
from nightdesk_services.marshal.services.photometry_news import PhotometryNews
from nightdesk_services.marshal.services.photometry_posts import PhotometryPosts
from nightdesk_services.marshal.services.photometry_surroundings import Surroundings
from nightdesk_services.marshal.services.photometry_validations import PhotometryValidations
from nightdesk_services.marshal.services.resources import ANNOTATIONS
from nightdesk_services.marshal.services.series.rows import SeriesRows
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.light_curves import LightCurves
from nightdesk_services.marshal.storage.phot_stats import Curves, PhotStats
from nightdesk_services.marshal.storage.photometric_series import PhotometricSeries
from nightdesk_services.marshal.storage.photometry import Photometry
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import Store


@dataclass(frozen=True)
class Measurements:
    """Light curves, what is uploaded to them, and their statistics."""

    points: Photometry
    photometry: PhotometryService
    posts: PhotometryPosts
    edits: PhotometryEdits
    validations: PhotometryValidations
    series: PhotometricSeriesService
    stats: PhotStatService
    stat_finder: PhotStatFinder
    stat_comparison: PhotStatComparison
    stat_clock: PhotStatClock

    @classmethod
    def create(
        cls,
        *,
        store: Store,
        objects: ObjectService,
        sources: Sources,
        candidates: Candidates,
        people: PeopleService,
        classifications: Records,
        annotations: Records,
    ) -> Measurements:
        """Put them together; `annotations` are those on sources."""
        points, curves = Photometry(store), LightCurves(store)
        marks, on_points = (
            Documents(store, "photometry_validations"),
            Documents(store, ANNOTATIONS["photometry"]),
        )
        surroundings = Surroundings(
            instruments=Documents(store, "instruments"),
            telescopes=Documents(store, "telescopes"),
            on_points=on_points,
            on_objects=annotations,
            validations=marks,
            links=Documents(store, "super_objs"),
        )
        series = PhotometricSeries(store)
        photometry = PhotometryService(
            points=points,
            objects=objects,
            sources=sources,
            curves=curves,
            surroundings=surroundings,
            series=SeriesRows(series, surroundings),
        )
        news = PhotometryNews(points)
        checks = Checks(objects, sources, curves, Documents(store, "instruments"))
        posts = PhotometryPosts(points, checks, news)
        stats = PhotStats(store)
        maker, finder = PhotStatMaker(stats, Curves(store), sources, people), PhotStatFinder(stats)
        return cls(
            points=points,
            photometry=photometry,
            posts=posts,
            edits=PhotometryEdits(
                points=points,
                reading=photometry,
                posts=posts,
                checks=checks,
                news=news,
                said=(marks, on_points),
            ),
            validations=PhotometryValidations(marks, photometry, news),
            series=PhotometricSeriesService(series, checks, news),
            stats=PhotStatService(stats, maker, sources, objects),
            stat_finder=finder,
            stat_comparison=PhotStatComparison(finder, sources, classifications),
            stat_clock=PhotStatClock(store, stats, maker, candidates, sources),
        )
