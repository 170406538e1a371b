"""The link of each who was asked to fill in a form can be revoked (rules C12, C19, C22)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.calls import forms as calls
from contracts.errors import Conflict, Forbidden, NotFound
from tests.service.documents.house import House
from tests.service.documents.test_forms import ANA, RAFAEL, answer, asked, page, seen, tokens, written
from tests.service.engagements.test_races import at_once
from tests.support import people

ANSWERED, EXPIRED = "documents.form_request.answered.v1", "documents.form_request.expired.v1"


def revoke(house: House, request: dict[str, Any], position: int, **given: Any) -> dict[str, Any]:
    wanted = {"id": request["id"], "recipient_id": request["recipients"][position]["id"]}
    return house.harness.call(calls.revoke_form_recipient, wanted, actor=given.get("by", house.coach))


def test_c19_a_link_that_is_revoked_gives_the_page_of_every_dead_link(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL)
    first, second = tokens(house)
    revoked = revoke(house, request, 0)
    assert [each["revoked_at"] is not None for each in revoked["recipients"]] == [True, False]
    assert revoked["state"] == "sent", "the other one can still answer"
    assert revoked["version"] == request["version"] + 1
    with pytest.raises(NotFound) as unknown:
        page(house, "no-such-token")
    for call, given in ((calls.get_form_page, {}), (calls.answer_form, {"answers": {}})):
        with pytest.raises(NotFound) as refused:
            house.harness.call(call, {"token": first, **given})
        assert (refused.value.detail, refused.value.rule) == (unknown.value.detail, "C19")
    page(house, second)
    assert revoke(house, request, 0) == revoked, "the second time nothing changes"


def test_that_a_form_was_asked_is_told_with_of_whom(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL)
    (event,) = house.harness.events("documents.form_request.sent.v1")
    people = [{"id": one["id"], **given} for one, given in zip(request["recipients"], (ANA, RAFAEL), strict=True)]
    assert event.data["people"] == people
    assert event.data["settled"] == []


def test_c6_c19_that_one_is_done_is_told_with_who_it_is(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL, {"email": "vera@partner.example", "name": ""})
    ana, rafael, _ = (each["id"] for each in request["recipients"])
    mailed = [each["context"]["recipient_id"] for each in house.harness.requests("form_request")]
    assert mailed[:2] == [ana, rafael]
    answer(house, tokens(house)[0], "A change")
    revoke(house, request, 1)
    told = house.harness.events("documents.form_request.updated.v1")
    assert [sorted(map(str, event.data["settled"])) for event in told] == [[ana], sorted([ana, rafael])]
    assert [(event.data["state"], event.data["answered"]) for event in told] == [("sent", 1)] * 2
    assert [event.sequence for event in told] == [request["version"] + 1, request["version"] + 2]


def test_c12_who_was_revoked_is_not_waited_for(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL)
    first, second = tokens(house)
    revoke(house, request, 1)
    answer(house, first, "A change")
    assert seen(house, request)["state"] == "answered"
    (event,) = house.harness.events(ANSWERED)
    assert (event.data["recipients"], event.data["answered"]) == (2, 1)
    with pytest.raises(NotFound):
        page(house, second)


def test_c12_the_revocation_of_the_last_who_was_waited_for_completes_the_request(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL)
    answer(house, tokens(house)[0], "A change")
    assert revoke(house, request, 1)["state"] == "answered"
    revoke(house, request, 1)
    assert [event.data["state"] for event in house.harness.events(ANSWERED)] == ["answered"]
    assert house.harness.events(EXPIRED) == []


def test_c19_a_request_of_which_nobody_is_left_is_over(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL)
    assert [revoke(house, request, position)["state"] for position in (0, 1)] == ["sent", "expired"]
    (event,) = house.harness.events(EXPIRED)
    assert (event.data["state"], event.data["answered"]) == ("expired", 0)
    assert house.harness.events(ANSWERED) == []


def test_c12_two_who_are_revoked_at_once_leave_a_request_that_is_over_once(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL)
    assert at_once(*[lambda at=at: revoke(house, request, at) for at in (0, 1)]) == {"done": 2}
    assert seen(house, request)["state"] == "expired"
    assert len(house.harness.events(EXPIRED)) == 1


def test_c19_an_answer_and_a_revocation_at_once_leave_one_of_both(house: House) -> None:
    request = asked(house, written(house), ANA)
    (token,) = tokens(house)
    (question, *_) = page(house, token)["questions"]
    given = {"token": token, "answers": {question["id"]: "A change"}}
    outcomes = at_once(lambda: house.harness.call(calls.answer_form, given), lambda: revoke(house, request, 0))
    assert outcomes["done"] == 1
    (who,) = seen(house, request)["recipients"]
    assert (who["answered_at"] is None) != (who["revoked_at"] is None)


def test_an_answer_that_came_first_stays(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL)
    answer(house, tokens(house)[0], "A change")
    with pytest.raises(Conflict) as refused:
        revoke(house, request, 0)
    assert (type(refused.value).__name__, refused.value.rule) == ("RecipientAnswered", "C19")
    assert len(seen(house, request)["responses"]) == 1


def test_c19_a_client_sees_as_over_what_was_revoked_and_cannot_answer_it_in_the_portal(house: House) -> None:
    request = asked(house, written(house), {"email": "leila.haddad@example.org", "name": "Leila"}, ANA)
    revoke(house, request, 0)
    given = {"engagement_id": str(house.engagement)}
    (mine,) = house.harness.call(calls.list_my_forms, given, actor=house.client)["items"]
    assert mine["revoked_at"] is not None
    answers = {mine["questions"][0]["id"]: "A change"}
    with pytest.raises(NotFound) as refused:
        house.harness.call(calls.answer_my_form, {"id": mine["id"], "answers": answers}, actor=house.client)
    assert refused.value.rule == "C19"
    shown = house.harness.call(calls.get_my_form, {"id": mine["id"]}, actor=house.client)
    assert (shown["answered_at"], shown["revoked_at"]) == (None, mine["revoked_at"])


def test_c22_links_are_revoked_by_staff_of_the_engagement(house: House) -> None:
    request, other = asked(house, written(house)), asked(house, written(house))
    with pytest.raises(NotFound):
        revoke(house, request, 0, by=people.coach("Other Coach"))
    with pytest.raises(Forbidden):
        revoke(house, request, 0, by=house.client)
    with pytest.raises(NotFound):
        revoke(house, {**request, "recipients": other["recipients"]}, 0)
    assert seen(house, request)["recipients"][0]["revoked_at"] is None
    assert revoke(house, request, 0, by=house.admin)["state"] == "expired"
