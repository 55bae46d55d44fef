"""Taxonomies through the official client."""

from __future__ import annotations

import pytest
from skyportal_py import SkyPortalError
from skyportal_py.classifications import ClassificationPost
from skyportal_py.sources import SourcePost
from skyportal_py.taxonomies import TaxonomyPost, TaxonomyPut

from tests.conformance.conftest import Desk
from tests.conformance.facilities import group

TREE = {"class": "Star", "subclasses": [{"class": "Dwarf"}, {"class": "Giant"}]}
YAML = "class: Star\nsubclasses:\n  - class: Dwarf\n  - class: Giant\n"


def test_versions_follow_one_another(desk: Desk) -> None:
    root, ana = desk.client("root"), desk.client("ana")
    first = root.post_taxonomy(TaxonomyPost(name="Stars", version="1", hierarchy=TREE, provenance="us"))
    second = root.post_taxonomy(TaxonomyPost(name="Stars", version="2", hierarchy_file=YAML))
    old, new = (ana.fetch_taxonomy(one.taxonomy_id) for one in (first, second))
    assert (old.version, old.provenance, old.is_latest) == ("1", "us", False)
    assert (new.version, new.is_latest, new.hierarchy) == ("2", True, TREE)
    assert [one.id for one in new.groups or []] == [1]
    assert {1, old.id, new.id} <= {one.id for one in ana.fetch_taxonomies()}
    root.update_taxonomy(old.id, TaxonomyPut(is_latest=True, provenance="them"))
    assert ana.fetch_taxonomy(old.id).provenance == "them"
    assert (ana.fetch_taxonomy(old.id).is_latest, ana.fetch_taxonomy(new.id).is_latest) == (True, False)
    with pytest.raises(SkyPortalError, match="'2' of 'Stars'"):
        root.update_taxonomy(old.id, TaxonomyPut(version="2"))
    with pytest.raises(SkyPortalError, match="'2' of 'Stars'"):
        root.post_taxonomy(TaxonomyPost(name="Stars", version="2", hierarchy=TREE))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "either hierarchy or hierarchy_file"),
        ({"hierarchy": TREE, "hierarchy_file": YAML}, "either hierarchy or hierarchy_file"),
        ({"hierarchy": {"subclasses": []}}, "hierarchy: every node"),
        ({"hierarchy": {"class": "A", "subclasses": [{"class": "A"}]}}, "'A' is there twice"),
        ({"hierarchy": {"class": "A", "subclasses": "B"}}, "must be a list"),
        ({"hierarchy_file": "[1"}, "hierarchy_file: this is not YAML"),
        ({"hierarchy_file": "- 1"}, "hierarchy_file: every node"),
        ({"hierarchy": TREE, "group_ids": [10**6]}, "group_ids"),
    ],
)
def test_what_is_wrong_is_told(desk: Desk, fields: dict[str, object], wrong: str) -> None:
    with pytest.raises(SkyPortalError, match=wrong) as refused:
        desk.client("root").post_taxonomy(TaxonomyPost.model_validate({"name": "W", "version": "1"} | fields))
    assert refused.value.status_code == 400


def test_a_groups_taxonomy_is_its_own(desk: Desk) -> None:
    root, ana, cleo = desk.client("root"), desk.client("ana"), desk.client("cleo")
    club = group(desk, "Systematists")
    made = root.post_taxonomy(
        TaxonomyPost(name="Ours", version="1", hierarchy=TREE, group_ids=[club, 10**6])
    ).taxonomy_id
    assert [one.id for one in ana.fetch_taxonomy(made).groups or []] == [club]
    assert made not in {one.id for one in cleo.fetch_taxonomies()}
    with pytest.raises(SkyPortalError) as hidden:
        cleo.fetch_taxonomy(made)
    assert hidden.value.status_code == 404
    with pytest.raises(SkyPortalError, match="Post taxonomy"):
        ana.update_taxonomy(made, TaxonomyPut(name="Mine"))
    with pytest.raises(SkyPortalError, match="Post taxonomy"):
        ana.post_taxonomy(TaxonomyPost(name="Mine", version="1", hierarchy=TREE))
    with pytest.raises(SkyPortalError, match="Delete taxonomy"):
        ana.delete_taxonomy(made)
    root.update_taxonomy(made, TaxonomyPut(group_ids=[1]))
    assert cleo.fetch_taxonomy(made).name == "Ours"


def test_a_taxonomy_in_use_stays(desk: Desk) -> None:
    root, ana = desk.client("root"), desk.client("ana")
    made = root.post_taxonomy(TaxonomyPost(name="Used", version="1", hierarchy=TREE)).taxonomy_id
    ana.post_source(SourcePost(id="Star2026a", ra=40.0, dec=3.0, group_ids=[1]))
    said = {"obj_id": "Star2026a", "classification": "Giant", "taxonomy_id": made}
    number = ana.post_classification(ClassificationPost.model_validate(said)).classification_id
    with pytest.raises(SkyPortalError, match="classifications from this taxonomy"):
        root.delete_taxonomy(made)
    assert ana.delete(f"/api/classification/{number}").status_code == 200
    root.delete_taxonomy(made)
    with pytest.raises(SkyPortalError, match=f"no taxonomy {made}"):
        root.fetch_taxonomy(made)
    with pytest.raises(SkyPortalError, match="every desk keeps"):
        root.delete_taxonomy(1)
