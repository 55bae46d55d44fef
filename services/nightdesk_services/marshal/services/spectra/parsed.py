"""A spectrum as a file holds it."""

from __future__ import annotations

from dataclasses import dataclass, field

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services.spectra.values import Values


@dataclass(frozen=True)
class Parsed:
    """What was read of a file."""

    values: Values
    header: Document = field(default_factory=dict)
    units: str | None = None
    """Of the fluxes, where the file says so in a way that we know."""
