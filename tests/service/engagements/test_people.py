"""The organisation, its staff and its clients."""

from __future__ import annotations

import pytest

from contracts.calls import engagements as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unauthenticated
from tests.service.engagements.house import PASSWORD, House, address


def test_s1_1_a_client_is_added_as_an_internal_record_and_nobody_is_mailed(house: House) -> None:
    made = house.call(
        calls.add_client,
        {
            "name": "Marcus Whitfield",
            "email": "M.Whitfield@brightwater.example",
            "company": "Brightwater",
            "phone": "1",
        },
    )
    assert made["portal"] == "internal_record"
    assert made["email"] == "M.Whitfield@brightwater.example"
    assert made["coach"] == {"id": str(house.coach.id), "name": "Judith Okonkwo"}
    assert (made["time_zone"], made["locale"], made["version"]) == ("UTC", "en", 1)
    assert house.call(calls.get_client, {"id": made["id"]}) == made
    event = house.harness.events("engagements.client.added.v1")[-1]
    assert (event.subject, event.sequence, event.data["coach_id"]) == (made["id"], 1, str(house.coach.id))
    assert house.harness.requests("invitation") == []


def test_a_client_added_by_an_admin_has_no_coach_unless_one_is_named(house: House) -> None:
    assert house.call(calls.add_client, {"name": "A", "email": "a@example.org"}, by=house.admin)["coach"] is None
    given = {"name": "B", "email": "b@example.org", "coach_id": str(house.coach.id)}
    assert house.call(calls.add_client, given, by=house.admin)["coach_id"] == str(house.coach.id)


def test_c22_a_coach_adds_own_clients_only(house: House) -> None:
    other = house.coach_called("Samuel Adler")
    given = {"name": "A", "email": "a@example.org"}
    with pytest.raises(Forbidden) as caught:
        house.call(calls.add_client, {**given, "coach_id": str(other.id)})
    assert caught.value.rule == "C22"
    for coach_id in (None, str(house.coach.id)):
        mine = {**given, "email": f"{coach_id}@example.org", "coach_id": coach_id}
        assert house.call(calls.add_client, mine)["coach_id"] == str(house.coach.id)


@pytest.mark.parametrize("email", ["LEILA.Haddad@Example.org", "judith.okonkwo@example.org", "ADA@northlight.example"])
def test_an_address_belongs_to_one_person_whatever_its_case(house: House, email: str) -> None:
    with pytest.raises(Conflict) as caught:
        house.call(calls.add_client, {"name": "Twin", "email": email})
    assert caught.value.errors == {"email": ["Taken already."]}
    with pytest.raises(Conflict):
        house.call(calls.add_coach, {"name": "Twin", "email": email, "role": "coach"}, by=house.admin)
    other = house.client_called("Marcus Whitfield")
    with pytest.raises(Conflict):
        house.call(calls.update_client, {"id": str(other.id), "email": email})


def test_a_person_may_change_the_case_of_its_own_address(house: House) -> None:
    changed = house.call(calls.update_client, {"id": str(house.client.id), "email": "Leila.Haddad@Example.org"})
    assert changed["email"] == "Leila.Haddad@Example.org"


def test_c23_history_keeps_pointing_to_a_person_whose_address_and_name_changed(house: House) -> None:
    house.call(
        calls.update_coach, {"id": str(house.coach.id), "name": "Judith N.", "email": "j@n.example"}, by=house.admin
    )
    entry = house.activity()[-1]
    assert entry["actor"] == {"id": str(house.coach.id), "name": "Judith N.", "role": "coach"}


def test_a_client_is_changed_field_by_field(house: House) -> None:
    given = {"id": str(house.client.id), "company": "Haddad & Partners", "phone": None}
    changed = house.call(calls.update_client, given, if_match=1)
    assert (changed["company"], changed["name"], changed["version"]) == ("Haddad & Partners", "Leila Haddad", 2)
    assert house.harness.events("engagements.client.updated.v1")[-1].data["company"] == "Haddad & Partners"
    with pytest.raises(Stale):
        house.call(calls.update_client, given | {"company": "Other"}, if_match=1)


def test_a_change_that_changes_nothing_is_no_event(house: House) -> None:
    house.call(calls.update_client, {"id": str(house.client.id), "name": "Leila Haddad"})
    assert house.harness.events("engagements.client.updated.v1") == []


def test_a_client_handed_to_another_coach_is_theirs(house: House) -> None:
    other = house.coach_called("Tomas Herrera")
    client = house.client_called("Marcus Whitfield")
    house.call(calls.update_client, {"id": str(client.id), "coach_id": str(other.id)})
    assert house.call(calls.get_client, {"id": str(client.id)}, by=other)["coach"]["name"] == "Tomas Herrera"
    with pytest.raises(NotFound):
        house.call(calls.get_client, {"id": str(client.id)})


def test_a_client_cannot_be_given_to_who_is_no_coach_or_has_left(house: House) -> None:
    gone = house.coach_called("Gone Coach")
    house.call(calls.deactivate_coach, {"id": str(gone.id)}, by=house.admin)
    for coach_id, error in [(house.client.id, NotFound), (gone.id, Conflict)]:
        with pytest.raises(error):
            house.call(calls.update_client, {"id": str(house.client.id), "coach_id": str(coach_id)})


def test_clients_are_found_by_name_address_company_portal_and_coach(house: House) -> None:
    house.client_called("Érik Ångström", company="Brightwater")
    house.client_called("Zoe Percent", by=house.admin)
    house.activate()

    def names(**given: str) -> list[str]:
        return [item["name"] for item in house.call(calls.list_clients, given, by=house.admin)["items"]]

    assert names(q="ÅNGSTRÖM") == ["Érik Ångström"]
    assert names(q="bright") == ["Érik Ångström"]
    assert names(q="leila.haddad@") == ["Leila Haddad"]
    assert names(q="%") == []
    assert names(portal="active") == ["Leila Haddad"]
    assert names(portal="disabled") == []
    assert set(names(coach_id=str(house.coach.id))) == {"Érik Ångström", "Leila Haddad"}


def test_lists_of_clients_go_page_by_page_by_name(house: House) -> None:
    for name in ("Carl", "anna", "Bob"):
        house.client_called(name)
    first = house.call(calls.list_clients, {"limit": 3})
    second = house.call(calls.list_clients, {"limit": 3, "cursor": first["next"]})
    assert [item["name"] for item in first["items"] + second["items"]] == ["anna", "Bob", "Carl", "Leila Haddad"]
    assert second["next"] is None
    with pytest.raises(Invalid):
        house.call(calls.list_clients, {"cursor": "nonsense"})


def test_a_disabled_client_is_out_at_once_and_back_with_its_password(house: House) -> None:
    token = str(house.activate()["token"])
    house.clock.advance(minutes=1)
    house.call(calls.disable_client, {"id": str(house.client.id)})
    with pytest.raises(Unauthenticated):
        house.authenticate(token)
    with pytest.raises(Unauthenticated):
        house.sign_in(address("Leila Haddad"), PASSWORD)
    house.clock.advance(minutes=1)
    house.call(calls.enable_client, {"id": str(house.client.id)})
    with pytest.raises(Unauthenticated):
        house.authenticate(token)
    house.sign_in(address("Leila Haddad"), PASSWORD)
    assert [entry["verb"] for entry in house.activity(kind="client")][:2] == ["enabled", "disabled"]


def test_staff_is_listed_and_found(house: House) -> None:
    house.coach_called("Tomas Herrera")
    found = house.call(calls.list_coaches, {})["items"]
    assert [(item["name"], item["role"], item["state"]) for item in found] == [
        ("Admin", "admin", "active"),
        ("Judith Okonkwo", "coach", "invited"),
        ("Tomas Herrera", "coach", "invited"),
    ]
    assert [item["name"] for item in house.call(calls.list_coaches, {"q": "tomas"})["items"]] == ["Tomas Herrera"]
    with pytest.raises(NotFound):
        house.call(calls.get_coach, {"id": str(house.client.id)})


def test_a_coach_with_open_engagements_cannot_be_deactivated(house: House) -> None:
    with pytest.raises(Conflict, match="Business Coaching"):
        house.call(calls.deactivate_coach, {"id": str(house.coach.id)}, by=house.admin)
    house.call(calls.complete_engagement, {"id": house.engagement})
    gone = house.call(calls.deactivate_coach, {"id": str(house.coach.id)}, by=house.admin)
    assert gone["state"] == "deactivated"
    assert house.harness.events("engagements.coach.deactivated.v1")[0].data["active"] is False
    with pytest.raises(Conflict):
        house.call(calls.deactivate_coach, {"id": str(house.coach.id)}, by=house.admin)
    with pytest.raises(Conflict):
        house.call(calls.invite_coach, {"id": str(house.coach.id)}, by=house.admin)


def test_a_deactivated_coach_is_out_at_once(house: House) -> None:
    other = house.coach_called("Tomas Herrera")
    answer = house.public(
        calls.accept_invitation, {"token": house.token_of_last("staff_invitation"), "password": PASSWORD}
    )
    house.call(calls.deactivate_coach, {"id": str(other.id)}, by=house.admin)
    with pytest.raises(Unauthenticated):
        house.authenticate(answer["token"])
    with pytest.raises(Unauthenticated):
        house.sign_in(address("Tomas Herrera"), PASSWORD)


def test_there_is_always_an_admin_who_can_sign_in(house: House) -> None:
    invited_only = house.coach_called("Amara Admin", role="admin")
    for attempt in (
        lambda: house.call(calls.deactivate_coach, {"id": str(house.admin.id)}, by=house.admin),
        lambda: house.call(calls.update_coach, {"id": str(house.admin.id), "role": "coach"}, by=house.admin),
    ):
        with pytest.raises(Conflict, match="last admin"):
            attempt()
    house.public(calls.accept_invitation, {"token": house.token_of_last("staff_invitation"), "password": PASSWORD})
    house.call(calls.update_coach, {"id": str(house.admin.id), "role": "coach"}, by=invited_only)


def test_only_admins_see_to_staff(house: House) -> None:
    for actor in (house.coach, house.client):
        with pytest.raises(Forbidden):
            house.call(calls.add_coach, {"name": "X", "email": "x@example.org", "role": "coach"}, by=actor)
        for call in (calls.update_coach, calls.deactivate_coach, calls.invite_coach):
            with pytest.raises(Forbidden):
                house.call(call, {"id": str(house.coach.id)}, by=actor)


def test_the_organisation_is_changed_by_admins_and_seen_by_all(house: House) -> None:
    changes = {"name": "Northlight Coaching", "colour": "#123ABC", "reminder_minutes": [60], "no_show_counts": True}
    changed = house.call(calls.update_organisation, changes, by=house.admin)
    assert {key: changed[key] for key in changes} == changes
    assert house.harness.events("engagements.organisation.updated.v1")[-1].data["reminder_minutes"] == [60]
    assert house.call(calls.get_organisation, by=house.client) == changed
    assert house.call(calls.update_organisation, changes, by=house.admin) == changed
    assert house.harness.events("engagements.organisation.updated.v1")[-1].sequence == changed["version"]
    assert house.public(calls.public_organisation, {}) == {"name": "Northlight Coaching", "colour": "#123ABC"}
    for actor in (house.coach, house.client):
        with pytest.raises(Forbidden):
            house.call(calls.update_organisation, {"name": "Mine"}, by=actor)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("colour", "green"), ("currency", "eur"), ("currency", "ZZZ"), ("time_zone", "Mars/Olympus"),
        ("quiet_after_weeks", 0), ("reminder_minutes", [0]), ("name", "  "), ("invoice_number_format", "{year}"),
        ("invoice_number_format", "{number.__class__}"), ("invoice_number_format", "{number!r}"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(house: House, field: str, value: object) -> None:
    with pytest.raises(Invalid) as caught:
        house.call(calls.update_organisation, {field: value}, by=house.admin)
    assert field in caught.value.errors
