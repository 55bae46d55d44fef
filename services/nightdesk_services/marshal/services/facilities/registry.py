"""Which facilities there are, by the name that an instrument calls them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.facilities.facility import NOWHERE, Ability, Endpoint, Facility
from nightdesk_services.marshal.services.facilities.http_facility import HttpFacility
from nightdesk_services.marshal.services.facilities.manual import ManualFacility

CLASSES: Final[Mapping[str, type[Facility]]] = {"HTTPAPI": HttpFacility, "MANUALAPI": ManualFacility}
"""``api_classname`` of an instrument -> its facility; a new one is entered here."""


class Facilities:
    """Finds the facility of an instrument, and where its requests may go.

    Parameters
    ----------
    hosts
        The only hosts that requests are sent to, each as ``host`` or ``host:port``; none are by default.
    """

    def __init__(self, hosts: Collection[str], facilities: Mapping[str, Facility] | None = None) -> None:
        self._hosts = frozenset(hosts)
        self._facilities = (
            {name: made() for name, made in CLASSES.items()} if facilities is None else dict(facilities)
        )

    def get(self, instrument: Document) -> Facility | None:
        """Return the facility of an instrument, None if it has none."""
        return self._facilities.get(instrument.get("api_classname") or "")

    def of(self, instrument: Document, field: str, ability: Ability = "submit") -> Facility:
        """Return the facility of an instrument.

        Raises
        ------
        Invalid
            If it has none, or one that cannot do this; `field` is what named the instrument.
        """
        found, name = self.get(instrument), instrument["name"]
        if found is None:
            known = ", ".join(sorted(self._facilities))
            raise Invalid(
                f"{field}: requests to the instrument {name!r} go nowhere; set its api_classname ({known})"
            )
        if ability not in found.abilities:
            raise Invalid(f"{field}: the facility of the instrument {name!r} does not implement {ability!r}")
        return found

    def endpoint(self, facility: Facility, allocation: Document, field: str) -> Endpoint:
        """Return where an allocation's requests go.

        Raises
        ------
        Invalid
            If the allocation does not say, or the desk does not send there; what it holds is not told.
        """
        if not facility.addressed:
            return NOWHERE
        try:
            endpoint = Endpoint.of(allocation.get("altdata"))
        except Invalid as error:
            raise Invalid(f"{field}: {error.message}") from error
        if not endpoint.within(self._hosts):
            raise Invalid(
                f"{field}: this desk sends nothing to the facility of allocation {allocation['_id']}: "
                "its host is not in the setting facility_hosts (NIGHTDESK_FACILITY_HOSTS), "
                "which an administrator sets"
            )
        return endpoint

    def check_altdata(self, instrument: Document, altdata: Document) -> None:
        """Raise `Invalid` unless an allocation's credentials are of use to the instrument's facility."""
        facility = self.get(instrument)
        if facility is not None and facility.addressed and "url" in altdata:
            Endpoint.of(altdata)
