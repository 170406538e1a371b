"""Rule C22: who may make which call, and on which objects."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from contracts.actor import PUBLIC, Actor
from contracts.calls import Call
from contracts.calls import engagements as calls
from contracts.errors import CoachworksError, Forbidden, NotFound, Unauthenticated
from tests.service.engagements.house import House, address

ALL = [value for value in vars(calls).values() if isinstance(value, Call)]
OF_A_CLIENT = [
    calls.get_client, calls.update_client, calls.disable_client, calls.enable_client, calls.list_client_engagements,
]  # fmt: skip
OF_AN_ENGAGEMENT = [
    calls.get_engagement, calls.update_engagement, calls.delete_engagement, calls.restore_engagement,
    calls.assign_engagement, calls.complete_engagement, calls.reopen_engagement, calls.list_activity,
    calls.invite_client, calls.revoke_invitation,
]  # fmt: skip
#: Objects that all staff share, or that only admins touch.
SHARED = [
    calls.get_coach, calls.update_coach, calls.deactivate_coach, calls.invite_coach, calls.get_program,
    calls.update_program, calls.delete_program, calls.copy_program, calls.delete_api_token,
]  # fmt: skip


def refusal(house: House, call: Call, given: dict[str, Any], by: Actor) -> type[CoachworksError] | None:
    try:
        house.call(call, given, by=by)
    except CoachworksError as error:
        return type(error)
    return None


def test_every_call_on_an_object_is_looked_at_here() -> None:
    by_id = [call for call in ALL if "id" in call.input().fields]
    assert set(by_id) == {*OF_A_CLIENT, *OF_AN_ENGAGEMENT, *SHARED}


def test_c22_a_role_that_may_never_make_a_call_is_told_so_before_anything_else(house: House) -> None:
    actors = [house.admin, house.coach, house.client]
    wrong = {
        (call.name, actor.role): found
        for call in ALL
        for actor in actors
        if actor.role not in call.roles and (found := refusal(house, call, {"no": "sense"}, actor)) is not Forbidden
    }
    assert wrong == {}


def test_without_a_sign_in_only_the_public_calls_are_heard(house: House) -> None:
    heard = {call.name for call in ALL if refusal(house, call, {}, PUBLIC) is not Unauthenticated}
    assert heard == {
        "authenticate", "sign_in", "request_password_reset", "get_password_reset", "reset_password",
        "get_invitation", "accept_invitation", "public_organisation",
    }  # fmt: skip


def needed(call: Call, house: House) -> dict[str, Any]:
    return {"coach_id": str(house.coach.id)} if call is calls.assign_engagement else {}


@pytest.mark.parametrize("deleted", [False, True])
def test_c22_engagements_of_others_are_not_there_not_even_deleted(house: House, deleted: bool) -> None:
    coach, client = house.coach_called("Tomas Herrera"), house.client_called("Marcus Whitfield")
    if deleted:
        house.call(calls.delete_engagement, {"id": house.engagement})
    for call in OF_AN_ENGAGEMENT:
        for stranger in (coach, client):
            given = {"id": house.engagement, **needed(call, house)}
            expected = NotFound if stranger.role in call.roles else Forbidden
            assert refusal(house, call, given, stranger) is expected, (call.name, stranger.role)
            if expected is NotFound:
                with pytest.raises(NotFound) as unknown:
                    house.call(call, {**given, "id": str(uuid4())}, by=stranger)
                with pytest.raises(NotFound) as others:
                    house.call(call, given, by=stranger)
                assert unknown.value.to_wire() == others.value.to_wire()


def test_c22_clients_of_other_coaches_are_not_there(house: House) -> None:
    coach = house.coach_called("Tomas Herrera")
    for call in OF_A_CLIENT:
        assert refusal(house, call, {"id": str(house.client.id)}, coach) is NotFound, call.name
        assert refusal(house, call, {"id": str(house.coach.id)}, house.admin) is NotFound, call.name
    assert (
        refusal(house, calls.create_engagement, {"client_id": str(house.client.id), "program_name": "X"}, coach)
        is NotFound
    )
    assert house.call(calls.list_clients, by=coach)["items"] == []


def test_a_stale_version_tells_a_stranger_nothing(house: House) -> None:
    coach = house.coach_called("Tomas Herrera")
    for call, id_ in [(calls.update_engagement, house.engagement), (calls.update_client, str(house.client.id))]:
        with pytest.raises(NotFound):
            house.call(call, {"id": id_}, by=coach, if_match=99)


def test_c22_a_coach_sees_a_client_by_an_engagement_and_no_longer_when_it_is_deleted(house: House) -> None:
    coach = house.coach_called("Tomas Herrera")
    theirs = house.enrol(house.client, by=house.admin, coach_id=str(coach.id), program_name="Executive Presence")["id"]
    given = {"id": str(house.client.id)}
    assert house.call(calls.get_client, given, by=coach)["name"] == "Leila Haddad"
    listed = house.call(calls.list_client_engagements, given, by=coach)["items"]
    assert [item["id"] for item in listed] == [theirs]
    house.call(calls.delete_engagement, {"id": theirs}, by=coach)
    with pytest.raises(NotFound):
        house.call(calls.get_client, given, by=coach)


def test_s1_38_a_client_sees_only_its_own_engagements(house: House) -> None:
    other = house.client_called("Marcus Whitfield")
    theirs = house.enrol(other)["id"]
    assert [item["id"] for item in house.call(calls.list_engagements, by=house.client)["items"]] == [house.engagement]
    given = {"client_id": str(other.id)}
    assert house.call(calls.list_engagements, given, by=house.client)["items"] == []
    assert (
        house.call(calls.get_engagement, {"id": house.engagement}, by=house.client)["coach"]["name"] == "Judith Okonkwo"
    )
    with pytest.raises(NotFound):
        house.call(calls.get_engagement, {"id": theirs}, by=house.client)


def test_c22_an_admin_sees_and_changes_everything(house: House) -> None:
    assert house.get(by=house.admin)["id"] == house.engagement
    assert house.call(calls.list_clients, by=house.admin)["items"][0]["email"] == address("Leila Haddad")
    house.call(calls.complete_engagement, {"id": house.engagement}, by=house.admin)
    house.call(calls.reopen_engagement, {"id": house.engagement}, by=house.admin)
    house.call(calls.invite_client, {"id": house.engagement}, by=house.admin)


def test_an_unknown_field_is_named(house: House) -> None:
    with pytest.raises(CoachworksError) as caught:
        house.call(calls.update_engagement, {"id": house.engagement, "status": "completed"})
    assert caught.value.errors == {"status": ["Unknown field."]}
