"""Invitations and new passwords: links that work once, for a while, until a newer one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contracts.calls import engagements as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from tests.service.engagements.house import ADMIN_EMAIL, PASSWORD, House, address

COACH, CLIENT = address("Judith Okonkwo"), address("Leila Haddad")


def look(house: House, token: str) -> dict[str, object]:
    return house.public(calls.get_invitation, {"token": token})


def accept(house: House, token: str, password: str = PASSWORD) -> dict[str, object]:
    return house.public(calls.accept_invitation, {"token": token, "password": password})


def test_s1_37_the_invited_client_gets_a_mail_with_a_link_to_create_a_password(house: House) -> None:
    answer = house.call(calls.invite_client, {"id": house.engagement, "message": "See you on Tuesday."})
    assert answer["portal"] == "invited"
    (request,) = house.harness.requests("invitation")
    assert request["recipients"] == [{"person_id": str(house.client.id), "email": CLIENT, "name": "Leila Haddad"}]
    assert request["trigger"] == {"origin": "staff", "person_id": str(house.coach.id)}
    assert request["engagement_id"] == house.engagement
    assert request["about"] == {"kind": "client", "id": str(house.client.id), "version": answer["version"]}
    assert request["context"]["url"].startswith("https://coach.example/invitations/")
    assert request["context"]["expires_at"] == "2026-12-08T09:00:00Z"
    assert request["context"]["message"] == "See you on Tuesday."
    assert house.harness.events("engagements.client.invited.v1")[0].data["portal"] == "invited"


def test_no_token_is_in_any_public_event(house: House) -> None:
    token = house.invite()
    accept(house, token)
    assert all(token.encode() not in event.to_bytes() for event in house.harness.events())


def test_the_page_of_an_invitation_shows_whose_it_is_and_what_it_is_for(house: House) -> None:
    assert look(house, house.invite()) == {
        "kind": "client",
        "name": "Leila Haddad",
        "email": CLIENT,
        "expires_at": "2026-12-08T09:00:00Z",
        "organisation": {"name": "Coachworks", "colour": "#0E6B56"},
        "program_name": "Business Coaching",
        "coach_name": "Judith Okonkwo",
    }


def test_creating_a_password_turns_the_record_into_an_active_client_and_signs_in(house: House) -> None:
    answer = house.activate()
    assert house.authenticate(str(answer["token"])) == house.client
    assert house.portal_of() == "active"
    (event,) = house.harness.events("engagements.client.activated.v1")
    assert (event.data["portal"], event.actorid) == ("active", house.client.id)
    assert house.sign_in(CLIENT, PASSWORD)["person"]["role"] == "client"


def used(house: House, token: str) -> None:
    accept(house, token)


def expired(house: House, token: str) -> None:
    house.clock.advance(days=14)


def replaced(house: House, token: str) -> None:
    house.invite()


def sent_to_an_old_address(house: House, token: str) -> None:
    house.call(calls.update_client, {"id": str(house.client.id), "email": "leila@new.example"})


@pytest.mark.parametrize("end", [used, expired, replaced, sent_to_an_old_address])
def test_c19_a_dead_link_is_not_found_whatever_it_died_of(house: House, end: Callable[[House, str], None]) -> None:
    token = house.invite()
    end(house, token)
    refusals = []
    for dead in (token, "unknown"):
        for attempt in (look, accept):
            with pytest.raises(NotFound) as caught:
                attempt(house, dead)
            refusals.append(caught.value.to_wire())
    assert all(refusal == refusals[0] for refusal in refusals)
    assert refusals[0]["rule"] == "C19"


def test_c19_a_link_serves_one_purpose(house: House) -> None:
    house.activate()
    house.public(calls.request_password_reset, {"email": CLIENT})
    reset = house.token_of_last("password_reset")
    with pytest.raises(NotFound):
        accept(house, reset)
    invitation = house.token_of_last("staff_invitation")
    with pytest.raises(NotFound):
        house.public(calls.reset_password, {"token": invitation, "password": PASSWORD})
    with pytest.raises(NotFound):
        house.public(calls.get_password_reset, {"token": invitation})


def test_c19_an_invitation_works_until_its_last_moment(house: House) -> None:
    token = house.invite()
    house.clock.advance(days=14, seconds=-1)
    accept(house, token)
    assert house.portal_of() == "active"


def test_a_coach_is_mailed_an_invitation_when_added_and_signs_in_with_it(house: House) -> None:
    (request,) = house.harness.requests("staff_invitation")
    assert request["recipients"][0]["email"] == COACH
    assert request["about"]["kind"] == "coach"
    token = house.token_of_last("staff_invitation")
    shown = look(house, token)
    assert (shown["kind"], shown["program_name"], shown["coach_name"]) == ("staff", None, None)
    before = house.call(calls.get_coach, {"id": str(house.coach.id)})
    accept(house, token)
    after = house.call(calls.get_coach, {"id": str(house.coach.id)})
    assert (before["state"], after["state"], after["version"]) == ("invited", "active", before["version"] + 1)
    event = house.harness.events("engagements.coach.updated.v1")[-1]
    assert (event.subject, event.sequence) == (after["id"], after["version"])
    assert house.sign_in(COACH, PASSWORD)["person"]["name"] == "Judith Okonkwo"


def test_a_coach_who_lost_the_invitation_gets_another_one_until_there_is_an_account(house: House) -> None:
    first = house.token_of_last("staff_invitation")
    house.call(calls.invite_coach, {"id": str(house.coach.id)}, by=house.admin)
    second = house.token_of_last("staff_invitation")
    with pytest.raises(NotFound):
        accept(house, first)
    accept(house, second)
    with pytest.raises(Conflict):
        house.call(calls.invite_coach, {"id": str(house.coach.id)}, by=house.admin)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "At least 12 characters."),
        ("elevenchars", "At least 12 characters."),
        ("password1234", "One of the passwords that are tried first."),
        ("P@ssw0rd!2026", "One of the passwords that are tried first."),
        ("qwertyuiop12", "One of the passwords that are tried first."),
        ("passwordpassword", "One of the passwords that are tried first."),
        ("123456789012", "Needs letters too."),
        ("abababababab", "Too few different characters."),
        ("Leila.Haddad", "Must not be your own name or address."),
    ],
)
def test_an_easy_password_is_refused_with_the_reason_and_the_link_still_works(
    house: House, password: str, fault: str
) -> None:
    token = house.invite()
    with pytest.raises(Invalid) as caught:
        accept(house, token, password)
    assert caught.value.errors == {"password": [fault]}
    accept(house, token)


def test_a_password_reset_is_answered_alike_for_whoever_it_is(house: House) -> None:
    for email in (ADMIN_EMAIL, "nobody@example.org", CLIENT, COACH):
        assert house.public(calls.request_password_reset, {"email": email}) is None
    mailed = [request["recipients"][0]["email"] for request in house.harness.requests("password_reset")]
    assert mailed == [ADMIN_EMAIL]
    assert house.harness.requests("password_reset")[0]["trigger"]["origin"] == "automatic"


def test_a_new_password_ends_the_sessions_of_the_old_one(house: House) -> None:
    session = str(house.activate()["token"])
    house.public(calls.request_password_reset, {"email": CLIENT.upper()})
    token = house.token_of_last("password_reset")
    assert set(house.public(calls.get_password_reset, {"token": token})) == {"expires_at"}
    house.public(calls.reset_password, {"token": token, "password": "nine dry herons walk"})
    with pytest.raises(Unauthenticated):
        house.authenticate(session)
    with pytest.raises(Unauthenticated):
        house.sign_in(CLIENT, PASSWORD)
    house.sign_in(CLIENT, "nine dry herons walk")
    with pytest.raises(NotFound):
        house.public(calls.reset_password, {"token": token, "password": "two calm geese rest"})
    with pytest.raises(NotFound):
        house.public(calls.get_password_reset, {"token": token})


def test_c19_a_password_link_works_for_one_hour(house: House) -> None:
    house.activate()
    house.public(calls.request_password_reset, {"email": CLIENT})
    house.clock.advance(hours=1)
    with pytest.raises(NotFound):
        house.public(
            calls.reset_password, {"token": house.token_of_last("password_reset"), "password": "nine dry herons walk"}
        )


def test_a_client_invites_nobody(house: House) -> None:
    with pytest.raises(Forbidden):
        house.call(calls.invite_client, {"id": house.engagement}, by=house.client)


def test_an_invitation_is_logged_for_staff_only(house: House) -> None:
    token = house.invite()
    house.clock.advance(minutes=1)
    accept(house, token)
    assert [entry["text"] for entry in house.activity(kind="client")] == [
        "created an account",
        "invited Leila Haddad to create an account",
    ]
    assert house.activity(by=house.client, kind="client") == []


def test_s1_36_an_invitation_is_optional_and_is_sent_again_in_place_of_the_one_before(house: House) -> None:
    assert house.portal_of() == "internal_record"
    first = house.invite()
    second = house.invite()
    with pytest.raises(NotFound):
        house.public(calls.get_invitation, {"token": first})
    assert house.public(calls.get_invitation, {"token": second})["name"] == "Leila Haddad"


def test_c19_an_invitation_is_revoked_until_it_is_accepted(house: House) -> None:
    with pytest.raises(Conflict):
        house.call(calls.revoke_invitation, {"id": house.engagement})
    token = house.invite()
    stranger = house.coach_called("Samuel Adler")
    with pytest.raises(NotFound):
        house.call(calls.revoke_invitation, {"id": house.engagement}, by=stranger)
    assert house.call(calls.revoke_invitation, {"id": house.engagement})["portal"] == "internal_record"
    with pytest.raises(NotFound) as refused:
        house.public(calls.accept_invitation, {"token": token, "password": PASSWORD})
    assert refused.value.rule == "C19"
    assert house.harness.events("engagements.client.updated.v1")[-1].data["portal"] == "internal_record"
    house.activate()
    with pytest.raises(Conflict):
        house.call(calls.revoke_invitation, {"id": house.engagement})
