"""Forms: written, revised, asked of anyone by address, answered once (rules S1.6, S1.21–S1.24, C12, C19)."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calls import forms as calls
from contracts.errors import Forbidden, Invalid, NotFound
from services.documents.forms.answers import checked
from services.documents.forms.operations import expire
from tests.service.documents.house import House
from tests.support import people

QUESTIONS: list[dict[str, Any]] = [
    {"label": "What brings you here?", "kind": "long_text", "required": True},
    {"label": "How well do you sleep?", "kind": "rating", "scale": 7},
    {"label": "Where do you work?", "kind": "choice", "options": ["At home", "In an office"]},
]
ANA = {"email": "ana@client.example", "name": "Ana Duarte"}
RAFAEL = {"email": "rafael@partner.example", "name": ""}


def written(house: House, **given: Any) -> dict[str, Any]:
    form = {"title": "Before we begin", "questions": QUESTIONS, **given}
    return house.harness.call(calls.create_form, form, actor=house.coach)


def asked(house: House, form: dict[str, Any], *recipients: dict[str, str], **given: Any) -> dict[str, Any]:
    wanted = {"engagement_id": str(house.engagement), "form_id": form["id"], "recipients": list(recipients or (ANA,))}
    return house.harness.call(calls.request_form, {**wanted, **given}, actor=given.pop("by", house.coach))


def tokens(house: House) -> list[str]:
    return [request["context"]["url"].rsplit("/", 1)[1] for request in house.harness.requests("form_request")]


def page(house: House, token: str) -> dict[str, Any]:
    return house.harness.call(calls.get_form_page, {"token": token})


def answer(house: House, token: str, *answers: Any) -> None:
    ids = [question["id"] for question in page(house, token)["questions"]]
    given = {id_: value for id_, value in zip(ids, answers, strict=False) if value is not None}
    house.harness.call(calls.answer_form, {"token": token, "answers": given})


def seen(house: House, request: dict[str, Any], actor: Any = None) -> dict[str, Any]:
    return house.harness.call(calls.get_form_request, {"id": request["id"]}, actor=actor or house.coach)


def test_a_form_is_written_listed_and_deleted(house: House) -> None:
    form = written(house)
    assert [question["label"] for question in form["questions"]] == [each["label"] for each in QUESTIONS]
    assert len({question["id"] for question in form["questions"]}) == 3
    assert house.harness.call(calls.list_forms, {}, actor=house.coach)["items"] == [form]
    house.harness.call(calls.delete_form, {"id": form["id"]}, actor=house.coach)
    assert house.harness.call(calls.list_forms, {}, actor=house.coach)["items"] == []
    with pytest.raises(NotFound):
        asked(house, form)


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [{"label": "x", "kind": "essay"}],
        [{"label": " ", "kind": "text"}],
        [{"label": "x", "kind": "choice", "options": ["one"]}],
        [{"label": "x", "kind": "choices", "options": ["one", "one"]}],
        [{"label": "x", "kind": "rating", "scale": 1}],
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(house: House, questions: list[dict[str, Any]]) -> None:
    with pytest.raises(Invalid):
        written(house, questions=questions)


def test_s1_21_s1_23_a_form_goes_to_anyone_with_an_address_by_a_link_of_ones_own(house: House) -> None:
    request = asked(house, written(house), ANA, RAFAEL)
    one, two = house.harness.requests("form_request")
    assert one["recipients"] == [{"person_id": None, **ANA}]
    assert two["recipients"][0]["email"] == "rafael@partner.example"
    assert one["trigger"]["origin"] == "staff"
    assert len(set(tokens(house))) == 2
    assert request["state"] == "sent"
    shown = page(house, tokens(house)[0])
    assert (shown["title"], shown["asked_by"]) == ("Before we begin", "Judith Okonkwo")
    with pytest.raises(Invalid):
        asked(house, written(house), ANA, {**ANA, "email": "ANA@client.example"})


def test_c12_it_is_answered_when_all_have_answered_each_once(house: House) -> None:
    item = uuid4()
    facts = people.item_facts(house.engagement, "form")
    house.harness.feed("engagements.item.added.v1", subject=item, data=facts)
    request = asked(house, written(house), ANA, RAFAEL, item_id=str(item))
    first, second = tokens(house)
    answer(house, first, "A change", 6, "At home")
    assert seen(house, request)["state"] == "sent"
    with pytest.raises(NotFound) as refused:
        page(house, first)
    assert refused.value.rule == "C19"
    answer(house, second, "Curiosity")
    found = seen(house, request)
    assert found["state"] == "answered"
    assert [(each["recipient"]["email"], list(each["answers"].values())) for each in found["responses"]] == [
        ("ana@client.example", ["A change", 6, "At home"]),
        ("rafael@partner.example", ["Curiosity"]),
    ]
    (event,) = house.harness.events("documents.form_request.answered.v1")
    assert (event.data["item_id"], event.data["answered"]) == (str(item), 2)
    assert "A change" not in json.dumps([sent.data for sent in house.harness.events()], default=str)


def test_an_answer_that_does_not_fit_is_named_by_its_question_and_nothing_is_kept(house: House) -> None:
    request = asked(house, written(house))
    (token,) = tokens(house)
    ids = [question["id"] for question in page(house, token)["questions"]]
    with pytest.raises(Invalid) as refused:
        answers = {ids[0]: "  ", ids[1]: 8, ids[2]: "On a boat", "unknown": 1}
        house.harness.call(calls.answer_form, {"token": token, "answers": answers})
    assert refused.value.errors == {
        ids[0]: ["This needs an answer."],
        ids[1]: ["Choose 1 to 7."],
        ids[2]: ["Choose one of the options."],
        "unknown": ["There is no such question."],
    }
    assert seen(house, request)["responses"] == []
    answer(house, token, "Now it fits")


def test_an_edit_is_a_new_revision_and_answers_keep_theirs(house: House) -> None:
    form = written(house)
    request = asked(house, form)
    (token,) = tokens(house)
    kept, *_ = form["questions"]
    change = {"id": form["id"], "questions": [{**kept, "label": "Why now?"}, {"label": "New", "kind": "yes_no"}]}
    edited = house.harness.call(calls.update_form, change, actor=house.coach)
    assert (edited["revision"], edited["questions"][0]["id"]) == (2, kept["id"])
    again = house.harness.call(
        calls.update_form, {"id": form["id"], "questions": edited["questions"]}, actor=house.coach
    )
    assert again["version"] == edited["version"], "the same questions are no new revision"
    assert page(house, token)["questions"] == form["questions"]
    answer(house, token, "A change")
    assert seen(house, request)["questions"] == form["questions"]


def test_answers_to_a_confidential_form_are_for_admins_alone(house: House) -> None:
    request = asked(house, written(house, confidential=True))
    answer(house, tokens(house)[0], "Between us")
    assert seen(house, request)["responses"] == []
    assert seen(house, request)["recipients"][0]["answered_at"] is not None
    assert len(seen(house, request, house.admin)["responses"]) == 1


def test_c19_a_link_works_for_60_days_and_then_the_request_is_over(house: House) -> None:
    request = asked(house, written(house))
    (token,) = tokens(house)
    house.harness.clock.advance(days=59)
    assert house.harness.run(expire) == 0
    page(house, token)
    house.harness.clock.advance(days=1)
    for _ in range(2):
        with pytest.raises(NotFound):
            page(house, token)
        house.harness.run(expire)
    assert seen(house, request)["state"] == "expired"
    assert len(house.harness.events("documents.form_request.expired.v1")) == 1
    with pytest.raises(NotFound):
        page(house, "no-such-token")


def test_c9_of_a_deleted_engagement_nothing_is_asked_any_more(house: House) -> None:
    asked(house, written(house))
    house.engagement_changed(house.client, house.coach, "deleted", deleted=True)
    with pytest.raises(NotFound):
        page(house, tokens(house)[0])


def test_c22_requests_are_for_staff_of_the_engagement(house: House) -> None:
    form = written(house)
    request = asked(house, form)
    other = people.coach("Other Coach")
    with pytest.raises(NotFound):
        seen(house, request, other)
    with pytest.raises(NotFound):
        house.harness.call(calls.list_form_requests, {"engagement_id": str(house.engagement)}, actor=other)
    given = {"engagement_id": str(house.engagement), "form_id": form["id"], "recipients": [ANA]}
    with pytest.raises(NotFound):
        house.harness.call(calls.request_form, given, actor=other)
    for call in (calls.get_form_request, calls.get_form, calls.delete_form):
        with pytest.raises(Forbidden):
            house.harness.call(call, {"id": request["id"]}, actor=house.client)
    listed = house.harness.call(calls.list_form_requests, {"engagement_id": str(house.engagement)}, actor=house.coach)
    assert [each["id"] for each in listed["items"]] == [request["id"]]


def test_a_client_sees_and_answers_what_it_was_asked_in_the_portal_and_nothing_of_others(house: House) -> None:
    me = {"email": "Leila.Haddad@example.org", "name": "Leila"}
    request = asked(house, written(house, confidential=True), me, ANA)
    given = {"engagement_id": str(house.engagement)}
    (mine,) = house.harness.call(calls.list_my_forms, given, actor=house.client)["items"]
    assert (mine["title"], mine["asked_by"], mine["answers"]) == ("Before we begin", "Judith Okonkwo", None)
    assert "Ana" not in json.dumps(mine)
    house.harness.clock.advance(seconds=1)
    asked(house, written(house, title="Later"), me)
    first = house.harness.call(calls.list_my_forms, {**given, "limit": 1}, actor=house.client)
    rest = house.harness.call(calls.list_my_forms, {**given, "limit": 1, "cursor": first["next"]}, actor=house.client)
    assert [listed["items"][0]["title"] for listed in (first, rest)] == ["Later", "Before we begin"]
    stranger = people.client("Other Client")
    answers = {mine["questions"][0]["id"]: "A change"}
    for call, what in ((calls.get_my_form, {}), (calls.answer_my_form, {"answers": answers})):
        with pytest.raises(NotFound):
            house.harness.call(call, {"id": mine["id"], **what}, actor=stranger)
    with pytest.raises(NotFound):
        house.harness.call(calls.list_my_forms, given, actor=stranger)
    with pytest.raises(Invalid):
        house.harness.call(calls.answer_my_form, {"id": mine["id"], "answers": {}}, actor=house.client)
    done = house.harness.call(calls.answer_my_form, {"id": mine["id"], "answers": answers}, actor=house.client)
    assert done["answers"] == answers
    with pytest.raises(NotFound):
        page(house, tokens(house)[0])
    assert seen(house, request)["recipients"][0]["answered_at"] is not None
    assert house.harness.requests("form_request")[0]["recipients"][0]["person_id"] == str(house.client.id)


def test_a_number_beyond_all_measure_is_refused_and_blanks_about_an_option_are_not_its_own(house: House) -> None:
    number = {"id": "q", "kind": "number", "required": True, "options": [], "scale": 5}
    with pytest.raises(Invalid):
        checked([number], {"q": 10**400})
    form = written(house, questions=[{"label": "x", "kind": "choice", "options": ["Yes ", " No"], "required": True}])
    asked(house, form)
    answer(house, tokens(house)[0], "Yes")


WORDS = st.text(max_size=8) | st.sampled_from(["a", "b", "2026-11-30"])
ANSWERS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["a", "b", "2026-11-30"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
KINDS = {
    "text": str, "long_text": str, "rating": int, "choice": str, "choices": list, "yes_no": bool, "date": str,
    "number": (int, float),
}  # fmt: skip


@given(st.sampled_from(sorted(KINDS)), st.booleans(), ANSWERS)
def test_whatever_is_answered_is_of_the_questions_kind_or_refused(kind: str, required: bool, value: Any) -> None:
    question = {"id": "q", "kind": kind, "required": required, "options": ["a", "b"], "scale": 5}
    found: dict[str, Any] = {}
    with contextlib.suppress(Invalid):
        found = checked([question], {"q": value})
        assert required <= bool(found), "what is needed is there or refused"
    if not found:
        return
    assert isinstance(found["q"], KINDS[kind])  # type: ignore[arg-type]
    assert (kind == "yes_no") == isinstance(found["q"], bool)
    json.dumps(found, allow_nan=False)
    if kind == "rating":
        assert 1 <= found["q"] <= 5
