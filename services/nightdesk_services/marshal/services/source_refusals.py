"""What SkyPortal can be asked for and this desk cannot tell: refused by name, not let pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from nightdesk_services.marshal.exceptions import Invalid

_NO_MAPS: Final = "no localizations of GCN events are kept on this desk; search by ra, dec and radius instead"
_NO_CATALOGS: Final = (
    "no spatial catalogues are kept on this desk; search by ra, dec and radius, or by an annotation of a"
    " cross-match, instead"
)

LOCALIZATIONS: Final = {
    "localization_dateobs": _NO_MAPS,
    "localization_name": _NO_MAPS,
    "localization_cumprob": _NO_MAPS,
    "localization_reject_sources": _NO_MAPS,
    "include_sources_in_gcn": _NO_MAPS,
}
SPATIAL_CATALOGS: Final = {
    "spatial_catalog_name": _NO_CATALOGS,
    "spatial_catalog_entry_name": _NO_CATALOGS,
}
PARTS_OF_A_SOURCE: Final = {
    "include_gcn_crossmatches": "no GCN events are kept on this desk; leave it out",
    "include_gcn_notes": "no GCN events are kept on this desk; leave it out",
    "include_analyses": "analyses are run in notebooks and not kept with sources; leave it out",
}
"""Field of a query -> why it is refused, and what to do instead."""


def refuse(query: BaseModel, *tables: Mapping[str, str]) -> None:
    """Raise `Invalid` if a query asks for what one of some tables lists."""
    for table in tables:
        for name, why in table.items():
            field = type(query).model_fields.get(name)
            if field is not None and getattr(query, name) not in (None, False):
                raise Invalid(f"{field.alias or name}: {why}")


def require_with(query: BaseModel, name: str, others: tuple[str, ...]) -> None:
    """Raise `Invalid` if a field of a query is given that means nothing without one of some others."""
    fields = type(query).model_fields
    if getattr(query, name) not in (None, False) and not any(getattr(query, one) for one in others):
        needed = " or ".join(fields[one].alias or one for one in others)
        raise Invalid(f"{fields[name].alias or name}: means nothing without {needed}; give that too")
