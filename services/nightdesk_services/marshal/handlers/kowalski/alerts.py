"""What belongs to single alerts: cutouts, labels and scores."""

from __future__ import annotations

from pydantic import RootModel

from nightdesk_services.marshal.handlers.base import needs
from nightdesk_services.marshal.handlers.kowalski.base import KowalskiHandler
from nightdesk_services.marshal.handlers.routes import CUTOUT, Routes, candid_of
from nightdesk_services.marshal.models.archive import ImageQuery
from nightdesk_services.marshal.models.kowalski import AlertLabels
from nightdesk_services.marshal.services.kowalski.labels import survey_of


class LabelsByAlert(RootModel[dict[str, AlertLabels]]):
    """Candid -> what the alert is called."""

    @property
    def by_candid(self) -> dict[int, AlertLabels]:
        """The same by number."""
        return {candid_of(candid): labels for candid, labels in self.root.items()}


class Cutout(KowalskiHandler):
    """A cutout of an alert."""

    @needs("candidates", "read")
    async def get(self, survey: str, candid: str, kind: str, form: str) -> None:
        """Send it as the survey made it, or drawn."""
        archive, name = self.marshal.archive, survey_of(survey).name
        if form == "png":
            query = self.query(ImageQuery)
            data = await archive.picture(self.access, name, candid_of(candid), kind, query)
        else:
            data = await archive.fits(self.access, name, candid_of(candid), kind)
            self.set_header("Content-Disposition", f'attachment; filename="{name}_{candid}_{kind}.fits"')
        self.set_header("Content-Type", f"image/{form}")
        self.finish(data)


class AlertsLabels(KowalskiHandler):
    """Labels and scores of alerts."""

    @needs("sources", "write", acl="Classify")
    async def put(self, survey: str) -> None:
        """Add some."""
        await self.marshal.kowalski.labels.put(self.access, survey, self.body(LabelsByAlert).by_candid)
        await self.tell(f"added classifications for {survey} alerts")

    @needs("sources", "write", acl="Classify")
    async def delete(self, survey: str) -> None:
        """Take some away."""
        await self.marshal.kowalski.labels.remove(self.access, survey, self.body(LabelsByAlert).by_candid)
        await self.tell(f"deleted classifications for {survey} alerts")


class AlertsLabel(KowalskiHandler):
    """Labels and scores of one alert."""

    @needs("stream", "read")
    async def get(self, survey: str, candid: str) -> None:
        """Show them."""
        found = await self.marshal.kowalski.labels.get(self.access, survey, candid_of(candid))
        await self.tell(f"classifications of {survey} alert {candid}", found)


ROUTES: Routes = [
    (f"api/cutouts/{CUTOUT}/(fits|png)", Cutout),
    (r"api/classifications/(\w{1,32})", AlertsLabels),
    (r"api/classifications/(\w{1,32})/(\d{1,19})", AlertsLabel),
]
