"""Classifications through the official client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from skyportal_py.classifications import ClassificationPost, ClassificationUpdate
from skyportal_py.taxonomies import TaxonomyPost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import user_id
from tests.conformance.things import club, refused, source


def post(obj_id: str, name: str = "Ia", **fields: Any) -> ClassificationPost:
    return ClassificationPost(obj_id=obj_id, classification=name, taxonomy_id=1, **fields)


def test_a_classification_lives(desk: Desk) -> None:
    ana, ben, cleo = (desk.client(who) for who in ("ana", "ben", "cleo"))
    group = club(desk, "ben")
    user_id(desk, "cleo")
    obj_id = source(desk, group)
    made = ana.post_classification(
        post(obj_id, probability=0.7, origin="spectrum", ml=True, group_ids=[group])
    ).classification_id
    (found,) = ben.fetch_classifications(obj_id, include_super_objs=True)
    assert (found.id, found.obj_id, found.classification, found.probability) == (made, obj_id, "Ia", 0.7)
    assert (found.origin, found.ml, found.author_name) == ("spectrum", True, "ana")
    assert [one.id for one in found.groups or []] == [group]
    assert (found.votes, found.edits, found.taxonomy) == ([], [], None)
    with_taxonomy = ben.fetch_classification(made, include_taxonomy=True).taxonomy
    assert with_taxonomy is not None and with_taxonomy.name == "Sitewide Taxonomy"

    assert cleo.fetch_classifications(obj_id) == []
    refused(404, cleo.fetch_classification, made)
    refused(404, cleo.update_classification, made, ClassificationUpdate(probability=0.1))
    refused(404, cleo.delete_classification, made)
    refused(404, cleo.post_classification_vote, made, 1)
    refused(404, cleo.delete_classification_vote, made)
    refused(404, cleo.post_classification, post(obj_id))
    refused(403, cleo.post_classification, post(source(desk), group_ids=[group]))
    refused(403, ben.update_classification, made, ClassificationUpdate(probability=0.1))
    refused(403, ben.delete_classification, made)
    refused(403, desk.client("viewer").post_classification, post(source(desk)))

    ana.update_classification(made, ClassificationUpdate(probability=0.9, classification="II"))
    changed = ben.fetch_classification(made)
    assert (changed.classification, changed.probability, changed.ml) == ("II", 0.9, False)
    (edit,) = changed.edits or []
    assert (edit.old_probability, edit.new_probability, edit.editor_name) == (0.7, 0.9, "ana")
    assert (edit.classification_id, edit.editor_id) == (made, user_id(desk, "ana"))
    ana.update_classification(made, ClassificationUpdate(group_ids=[1]))
    assert [one.id for one in cleo.fetch_classifications(obj_id)] == [made]
    ana.delete_classification(made)
    assert ben.fetch_classifications(obj_id) == []
    refused(404, ana.fetch_classification, made)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"classification": "Unicorn"}, "classification: 'Unicorn'"),
        ({"taxonomy_id": 10**6}, "taxonomy_id"),
        ({"probability": 1.2}, "probability"),
        ({"probability": -0.1}, "probability"),
    ],
)
def test_what_no_taxonomy_knows_is_refused(desk: Desk, fields: dict[str, Any], wrong: str) -> None:
    obj_id, ana = source(desk), desk.client()
    bad = post(obj_id).model_copy(update=fields)
    assert wrong in refused(400, ana.post_classification, bad)
    # of many, all are stored or none
    assert wrong in refused(400, ana.post_classifications, [post(obj_id), bad])
    assert ana.fetch_classifications(obj_id) == []
    made = ana.post_classification(post(obj_id)).classification_id
    assert wrong in refused(400, ana.update_classification, made, ClassificationUpdate(**fields))


def test_a_taxonomy_of_others_classifies_nothing(desk: Desk) -> None:
    group = club(desk)
    user_id(desk, "cleo")
    taxonomy = (
        desk.client("root")
        .post_taxonomy(
            TaxonomyPost(
                name="Ours", version="1", hierarchy={"class": "Odd", "subclasses": []}, group_ids=[group]
            )
        )
        .taxonomy_id
    )
    obj_id = source(desk)
    own = ClassificationPost(obj_id=obj_id, classification="Odd", taxonomy_id=taxonomy)
    assert "taxonomy_id" in refused(400, desk.client("cleo").post_classification, own)
    made = desk.client().post_classification(own.model_copy(update={"group_ids": [1]})).classification_id
    seen = desk.client("cleo").fetch_classification(made, include_taxonomy=True)
    assert (seen.classification, seen.taxonomy) == ("Odd", None)


def test_many_at_once_are_found_by_page_and_date(desk: Desk) -> None:
    ana, cleo = desk.client(), desk.client("cleo")
    group = club(desk)
    user_id(desk, "cleo")
    mine = [source(desk, group) for _ in range(3)]
    made = ana.post_classifications([post(one) for one in mine]).classification_ids
    assert len(set(made)) == 3
    for age, number in enumerate(made):
        past = datetime(2021, 3, 1, tzinfo=UTC) + timedelta(days=age)
        desk.database["classifications"].update_one({"_id": number}, {"$set": {"created_at": past}})
    span: dict[str, Any] = {"start_date": "2021-03-01", "end_date": "2021-03-04"}
    page = ana.fetch_classifications_query(num_per_page=2, **span)
    assert ([one.id for one in page.classifications], page.total_matches) == (made[:2], 3)
    page = ana.fetch_classifications_query(page_number=2, num_per_page=2, include_taxonomy=True, **span)
    assert [one.id for one in page.classifications] == made[2:]
    assert page.classifications[0].taxonomy is not None
    one_day = ana.fetch_classifications_query(start_date="2021-03-02", end_date="2021-03-02T12:00:00")
    assert [one.id for one in one_day.classifications] == [made[1]]
    assert ana.fetch_sources_by_classification(**span) == sorted(mine)
    assert ana.fetch_sources_by_classification(start_date="2021-03-03", end_date="2021-03-05") == [mine[2]]
    assert not set(mine) & set(cleo.fetch_sources_by_classification())
    hidden = cleo.fetch_classifications_query(**span)
    assert (hidden.classifications, hidden.total_matches) == ([], 0)
    assert "startDate" in refused(400, ana.fetch_classifications_query, start_date="yesterday")
    assert "endDate" in refused(
        400, ana.fetch_sources_by_classification, start_date="2022-01-02", end_date="2022-01-01"
    )


def test_votes_are_one_a_person(desk: Desk) -> None:
    ana, ben = desk.client(), desk.client("ben")
    obj_id, ids = source(desk), [user_id(desk, who) for who in ("ana", "ben")]
    made = ana.post_classification(post(obj_id, vote=True)).classification_id
    ben.post_classification_vote(made, 1)
    ben.post_classification_vote(made, -1)
    votes = ana.fetch_classification(made).votes or []
    assert [(one.voter_id, one.vote) for one in votes] == [(ids[0], 1), (ids[1], -1)]
    assert {one.classification_id for one in votes} == {made}
    assert len({one.id for one in votes}) == 2
    assert "vote" in refused(400, ben.post_classification_vote, made, 7)
    ben.delete_classification_vote(made)
    assert [one.voter_id for one in ana.fetch_classification(made).votes or []] == ids[:1]
    refused(404, ben.delete_classification_vote, made)
    refused(403, desk.client("viewer").post_classification_vote, made, 1)


def test_all_of_a_source_are_taken_back_or_none(desk: Desk) -> None:
    ana, ben = desk.client(), desk.client("ben")
    group = club(desk)
    user_id(desk, "ben")
    obj_id = source(desk)
    labels = desk.database["source_labels"]
    ana.post_classification(post(obj_id, label=False))
    hidden = ana.post_classification(post(obj_id, group_ids=[group], label=False)).classification_id
    assert labels.count_documents({"obj_id": obj_id}) == 0
    refused(403, ben.delete_source_classifications, obj_id)
    own = ben.post_classification(post(obj_id, "II")).classification_id
    assert labels.count_documents({"obj_id": obj_id, "labeller_id": user_id(desk, "ben")}) == 1
    assert "II" in refused(403, ana.delete_source_classifications, obj_id)
    assert len(ana.fetch_classifications(obj_id)) == 3
    ben.delete_classification(own)
    ana.delete_source_classifications(obj_id, label=True)
    assert ana.fetch_classifications(obj_id) == []
    assert labels.count_documents({"obj_id": obj_id, "labeller_id": user_id(desk, "ana")}) == 2
    assert desk.database["classifications"].find_one({"_id": hidden})["deleted_at"] is not None  # type: ignore[index]
    ben.post_classification(post(obj_id, "II"))
    desk.client("root").delete_source_classifications(obj_id)
    assert ben.fetch_classifications(obj_id) == []
