"""Sessions, API tokens and the assertion of who acts."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from contracts.calls import engagements as calls
from contracts.errors import Forbidden, Invalid, NotFound, Stale, Unauthenticated
from services.engagements.organisation.operations import AdminNotNamed, set_up
from services.engagements.sign_ins.operations import forget_expired
from tests.service.engagements.house import ADMIN_EMAIL, ADMIN_PASSWORD, PASSWORD, House, address
from tests.support.harness import Harness


def test_the_first_admin_and_the_organisation_are_set_up_once(engagements: Harness) -> None:
    set_up(engagements.runtime)
    assert len(engagements.events("engagements.organisation.updated.v1")) == 1
    (added,) = engagements.events("engagements.coach.added.v1")
    assert (added.data["email"], added.data["role"]) == (ADMIN_EMAIL, "admin")


def test_without_an_admin_named_nothing_is_set_up_and_it_is_said_what_to_do(engagements: Harness) -> None:
    with engagements.runtime.work() as work:
        person = engagements.runtime.tables["person"]
        work.session.execute(person.delete())
    object.__setattr__(engagements.runtime.settings, "admin_password", "")
    with pytest.raises(AdminNotNamed, match="ADMIN_EMAIL and ADMIN_PASSWORD"):
        set_up(engagements.runtime)


def test_a_sign_in_answers_a_token_until_when_and_whose(house: House) -> None:
    answer = house.sign_in(ADMIN_EMAIL.upper(), ADMIN_PASSWORD)
    assert answer["person"]["role"] == "admin"
    assert answer["person"]["email"] == ADMIN_EMAIL
    assert answer["expires_at"] == "2026-12-24T09:00:00Z"
    assert house.authenticate(answer["token"]) == house.admin


def test_a_wrong_password_and_an_unknown_address_give_the_same_answer(house: House) -> None:
    refusals = []
    for email, password in [(ADMIN_EMAIL, "a wrong password"), ("nobody@example.org", ADMIN_PASSWORD)]:
        with pytest.raises(Unauthenticated) as caught:
            house.sign_in(email, password)
        refusals.append(caught.value.to_wire())
    assert refusals[0] == refusals[1]


def test_an_unknown_address_costs_a_password_check_as_well(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.engagements.people import passwords

    checked: list[str] = []
    verify = passwords._HASHER.verify

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored)
            return verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    for email in (ADMIN_EMAIL, "nobody@example.org", address("Judith Okonkwo")):
        with pytest.raises(Unauthenticated):
            house.sign_in(email, "whatever it may be")
    assert len(checked) == 3


def test_the_assertion_is_good_for_sixty_seconds(house: House) -> None:
    answer = house.public(calls.authenticate, {"token": house.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD)["token"]})
    lifetime = dt.datetime.fromisoformat(answer["expires_at"]) - house.clock.now()
    assert lifetime == dt.timedelta(seconds=60)


def test_a_session_ends_when_it_is_signed_out_and_not_before(house: House) -> None:
    first, second = (house.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD)["token"] for _ in range(2))
    house.call(calls.sign_out, {"token": first}, by=house.admin)
    with pytest.raises(Unauthenticated):
        house.authenticate(first)
    assert house.authenticate(second) == house.admin


def test_a_token_of_any_length_that_is_not_known_is_refused_as_such(house: House) -> None:
    for token in ("x", "x" * 5000):
        with pytest.raises(Unauthenticated):
            house.authenticate(token)
        with pytest.raises(NotFound):
            house.public(calls.get_invitation, {"token": token})


def test_nobody_signs_another_person_out(house: House) -> None:
    token = house.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD)["token"]
    house.call(calls.sign_out, {"token": token}, by=house.coach)
    assert house.authenticate(token) == house.admin


def test_a_session_expires_and_is_forgotten(house: House) -> None:
    token = house.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD)["token"]
    house.clock.advance(days=30)
    with pytest.raises(Unauthenticated):
        house.authenticate(token)
    house.harness.run(forget_expired)
    with house.harness.runtime.read() as work:
        assert work.session.execute(house.harness.runtime.tables["sign_in"].select()).all() == []


def test_c19_tokens_are_not_stored_as_they_are(house: House) -> None:
    token = house.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD)["token"]
    link = house.invite()
    with house.harness.runtime.read() as work:
        for table in ("sign_in", "account_link", "person"):
            rows = str(work.session.execute(house.harness.runtime.tables[table].select()).all())
            assert token not in rows
            assert link not in rows
            assert ADMIN_PASSWORD not in rows


def test_a_new_role_counts_from_the_next_request_on(house: House) -> None:
    token = house.public(
        calls.accept_invitation, {"token": house.token_of_last("staff_invitation"), "password": PASSWORD}
    )["token"]
    assert house.authenticate(token).role == "coach"
    house.call(calls.update_coach, {"id": str(house.coach.id), "role": "admin"}, by=house.admin)
    assert house.authenticate(token).role == "admin"


def test_an_api_token_acts_for_its_admin_with_the_role_it_was_given(house: House) -> None:
    made = house.call(calls.create_api_token, {"name": "CRM", "role": "coach"}, by=house.admin)
    actor = house.authenticate(made["token"])
    assert (actor.id, actor.role) == (house.admin.id, "coach")
    assert house.call(calls.list_clients, {}, by=actor)["items"] == []


def test_an_api_token_is_told_once_and_dies_when_deleted_expired_or_its_admin_is_none(house: House) -> None:
    def make(**given: str) -> dict[str, str]:
        return house.call(calls.create_api_token, {"name": "Warehouse", "role": "admin", **given}, by=other)

    other = house.coach_called("Amara Admin", role="admin")
    house.public(calls.accept_invitation, {"token": house.token_of_last("staff_invitation"), "password": PASSWORD})
    deleted, expiring, kept = make(), make(expires_at="2026-11-25T09:00:00Z"), make()
    assert all("token" not in item for item in house.call(calls.list_api_tokens, {}, by=house.admin)["items"])
    house.call(calls.delete_api_token, {"id": deleted["id"]}, by=house.admin)
    with pytest.raises(NotFound):
        house.call(calls.delete_api_token, {"id": deleted["id"]}, by=house.admin)
    assert house.authenticate(expiring["token"]).id == other.id
    house.clock.advance(days=1)
    for dead in (deleted, expiring):
        with pytest.raises(Unauthenticated):
            house.authenticate(dead["token"])
    assert house.authenticate(kept["token"]).id == other.id
    house.call(calls.deactivate_coach, {"id": str(other.id)}, by=house.admin)
    with pytest.raises(Unauthenticated):
        house.authenticate(kept["token"])


def test_an_api_token_of_another_version_is_not_deleted(house: House) -> None:
    made = house.call(calls.create_api_token, {"name": "CRM", "role": "coach"}, by=house.admin)
    with pytest.raises(Stale):
        house.call(calls.delete_api_token, {"id": made["id"]}, by=house.admin, if_match=made["version"] + 1)
    house.call(calls.delete_api_token, {"id": made["id"]}, by=house.admin, if_match=made["version"])
    with pytest.raises(NotFound):
        house.call(calls.delete_api_token, {"id": made["id"]}, by=house.admin)


def test_an_api_token_cannot_expire_in_the_past(house: House) -> None:
    with pytest.raises(Invalid) as caught:
        given = {"name": "Late", "role": "admin", "expires_at": "2026-11-24T08:59:59Z"}
        house.call(calls.create_api_token, given, by=house.admin)
    assert "expires_at" in caught.value.errors


def test_only_admins_see_to_api_tokens(house: House) -> None:
    for actor in (house.coach, house.client):
        with pytest.raises(Forbidden):
            house.call(calls.create_api_token, {"name": "CRM", "role": "coach"}, by=actor)
        with pytest.raises(Forbidden):
            house.call(calls.list_api_tokens, {}, by=actor)
        with pytest.raises(Forbidden):
            house.call(calls.delete_api_token, {"id": str(UUID(int=1))}, by=actor)


def test_a_person_changes_its_own_name_zone_and_language_and_nothing_else(house: House) -> None:
    changed = house.call(calls.update_me, {"name": "Judith O.", "time_zone": "Asia/Tokyo", "locale": "de-AT"})
    assert (changed["name"], changed["time_zone"], changed["locale"]) == ("Judith O.", "Asia/Tokyo", "de-AT")
    assert house.call(calls.me) == changed
    assert house.harness.events("engagements.coach.updated.v1")[-1].data["name"] == "Judith O."
    for field in ("email", "role", "password"):
        with pytest.raises(Invalid):
            house.call(calls.update_me, {field: "admin"})
    house.call(calls.update_me, {"time_zone": "Asia/Tokyo"}, by=house.client)
    assert house.harness.events("engagements.client.updated.v1")[-1].data["time_zone"] == "Asia/Tokyo"
