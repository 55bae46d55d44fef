"""Telescopes through the official client."""

from __future__ import annotations

import pytest
from skyportal_py import SkyPortalError
from skyportal_py.telescopes import TelescopePost, TelescopePut

from tests.conformance.conftest import Desk
from tests.conformance.facilities import PALOMAR, instrument, telescope


def test_a_telescope_is_made_found_changed_and_removed(desk: Desk) -> None:
    root, ana = desk.client("root"), desk.client("ana")
    made = telescope(root, "Oschin")
    found = ana.fetch_telescope(made)
    assert (found.name, found.lat, found.diameter, found.fixed_location) == ("Oschin", 33.3563, 1.2, True)
    assert isinstance(found.is_night_astronomical, bool)
    # a mid-latitude site has a night on every day of the year
    assert isinstance(found.evening, str) and isinstance(found.morning, str)
    assert found.evening < found.morning
    root.update_telescope(made, TelescopePut(diameter=1.3))
    assert ana.fetch_telescope(made).diameter == 1.3
    root.delete_telescope(made)
    with pytest.raises(SkyPortalError, match=f"no telescope {made}"):
        ana.fetch_telescope(made)


def test_telescopes_are_listed_by_name_and_place(desk: Desk) -> None:
    root = desk.client("root")
    here = telescope(root, "North")
    south = root.post_telescope(
        TelescopePost(name="South", nickname="S", diameter=8, lat=-30.24, lon=-70.74, elevation=2663)
    ).id
    space = root.post_telescope(
        TelescopePost(name="Orbit", nickname="O", diameter=2.4, fixed_location=False)
    ).id
    listed = {one.id for one in root.fetch_telescopes()}
    assert {here, south, space} <= listed
    assert [one.id for one in root.fetch_telescopes(name="South")] == [south]
    assert here not in {one.id for one in root.fetch_telescopes(latitude_max=0)}
    assert {one.id for one in root.fetch_telescopes(latitude_min=-31, latitude_max=-30)} == {south}
    assert {one.id for one in root.fetch_telescopes(longitude_min=-71, longitude_max=-70)} == {south}
    assert root.fetch_telescope(space).is_night_astronomical is None


def test_what_is_wrong_is_told(desk: Desk) -> None:
    root, ana = desk.client("root"), desk.client("ana")
    with pytest.raises(SkyPortalError, match="lat, lon, elevation"):
        root.post_telescope(TelescopePost(name="Nowhere", nickname="N", diameter=1))
    with pytest.raises(SkyPortalError, match="Manage telescopes") as denied:
        ana.post_telescope(TelescopePost(name="Mine", nickname="M", diameter=1, **PALOMAR))
    assert denied.value.status_code == 403
    made = telescope(root, "Taken")
    with pytest.raises(SkyPortalError, match="name: there is a telescope 'Taken'"):
        telescope(root, "Taken")
    instrument(root, "In use", made)
    with pytest.raises(SkyPortalError, match="'In use'"):
        root.delete_telescope(made)
    assert [one["name"] for one in root.fetch_telescope(made).instruments or []] == ["In use"]
