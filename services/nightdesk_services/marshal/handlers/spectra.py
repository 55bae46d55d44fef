"""Spectra, the files that they come in, and how bright they are through filters."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.numbers import NumbersHandler
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.models import spectra as models


class ObjectSpectra(NumbersHandler):
    """The spectra of an object."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """List them."""
        query = self.query(models.ObjectSpectraQuery)
        await self.answer_numbers(
            await self.marshal.spectroscopy.listing.of_object(self.access, obj_id, query)
        )


class Spectra(NumbersHandler):
    """The spectra of all objects."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List those that are asked for."""
        query = self.query(models.SpectraQuery)
        await self.answer_numbers(await self.marshal.spectroscopy.listing.page(self.access, query))

    @needs("sources", "write", acl="Upload data")
    async def post(self) -> None:
        """Store one."""
        post = self.body(models.SpectrumPost)
        self.answer({"id": await self.marshal.spectroscopy.spectra.create(self.access, post)})


class SpectraRange(NumbersHandler):
    """The spectra of a span of time."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List those of some instruments."""
        query = self.query(models.RangeQuery)
        await self.answer_numbers(await self.marshal.spectroscopy.listing.range(self.access, query))


class SpectraBulk(NumbersHandler):
    """The spectra of many sources."""

    @needs("sources", "read")
    async def post(self) -> None:
        """Read them at once, with the sources' own clocks."""
        post = self.body(models.BulkPost)
        await self.answer_numbers(await self.marshal.spectroscopy.bulk.read(self.access, post))


class SpectrumFile(ApiHandler):
    """A file that holds a spectrum."""

    @needs("sources", "write", acl="Upload data")
    async def post(self) -> None:
        """Store its spectrum."""
        post = self.body(models.FilePost)
        self.answer({"id": await self.marshal.spectroscopy.spectra.create_of_file(self.access, post)})


class ParsedFile(NumbersHandler):
    """A file as it would be stored."""

    @needs("sources", "write", acl="Upload data")
    async def post(self) -> None:
        """Show its spectrum."""
        asked = self.body(models.Columns)
        await self.answer_numbers(await self.marshal.spectroscopy.spectra.parse(self.access, asked))


class Synthetic(ApiHandler):
    """Synthetic photometry of a spectrum."""

    @needs("sources", "write", acl="Upload data")
    async def post(self, number: str) -> None:
        """Store the magnitudes through some filters."""
        filters = self.body(models.SyntheticPost).filters
        await self.marshal.spectroscopy.synthetic.create(self.access, int(number), filters)
        self.answer()


class Spectrum(NumbersHandler):
    """One spectrum."""

    @needs("sources", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        query = self.query(models.SpectrumQuery)
        await self.answer_numbers(
            await self.marshal.spectroscopy.spectra.get(self.access, int(number), query)
        )

    @needs("sources", "write", acl="Upload data")
    async def put(self, number: str) -> None:
        """Change it."""
        await self.marshal.spectroscopy.spectra.change(
            self.access, int(number), self.body(models.SpectrumPut)
        )
        self.answer()

    @needs("sources", "write", acl="Upload data")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.spectroscopy.spectra.remove(self.access, int(number))
        self.answer()


ROUTES: Routes = [
    (f"sources/{OBJECT}/spectra", ObjectSpectra),
    ("spectra/range", SpectraRange),
    ("spectra/bulk", SpectraBulk),
    (f"spectra/synthphot/{ID}", Synthetic),
]
for _word in ("spectrum", "spectra"):
    ROUTES += [
        (_word, Spectra),
        (f"{_word}/ascii", SpectrumFile),
        (f"{_word}/parse/ascii", ParsedFile),
        (f"{_word}/{ID}", Spectrum),
    ]
