"""The conventions of API.md, whatever the call."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chassis import context
from contracts import errors

ENGAGEMENT = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"
SESSION = {"starts_at": "2026-03-02T15:00:00Z", "duration_minutes": 60, "location": {"kind": "zoom"}}


def problem_of(response, status):
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    document = response.get_json()
    assert {"type", "title", "status", "detail", "request_id"} <= set(document)
    assert document["status"] == status
    assert document["request_id"] == response.headers["X-Request-Id"]
    return document


def test_a_call_gets_the_callers_own_json_with_the_assertion_of_the_caller(coach, broker):
    broker.answers["scheduling.schedule_session"] = {"id": "x", "version": 1}
    response = coach("POST", f"/engagements/{ENGAGEMENT}/sessions", json=SESSION)
    assert response.status_code == 201
    assert response.get_json() == {"id": "x", "version": 1}
    sent = broker.sent_to("scheduling.schedule_session")[0]
    assert sent.input == {**SESSION, "engagement_id": ENGAGEMENT}
    assert sent.assertion
    assert broker.sent_to("engagements.authenticate")[0].input == {"token": coach.token}


def test_each_request_authenticates_anew(coach, broker):
    coach("GET", "/me")
    del broker.people[coach.token]
    problem_of(coach("GET", "/me"), 401)
    assert len(broker.sent_to("engagements.me")) == 1


@pytest.mark.parametrize("token", [None, "no such token"])
def test_without_a_good_token_it_is_401_and_says_how(caller, broker, token):
    stranger = caller("")
    stranger.token = token
    response = stranger("GET", "/clients")
    problem_of(response, 401)
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert not broker.sent_to("engagements.list_clients")


def test_the_api_takes_no_cookie(app, broker):
    browser = app.test_client()
    browser.set_cookie("coachworks_session", broker.person("admin"))
    problem_of(browser.get("/api/v1/clients"), 401)


def test_a_role_that_may_never_make_a_call_is_403_before_its_input_is_looked_at(caller, broker):
    problem_of(caller("client")("POST", "/clients", json={"nonsense": 1}), 403)
    problem_of(caller("coach")("POST", "/coaches", json={}), 403)
    assert not broker.sent_to("engagements.add_client")


@pytest.mark.parametrize("path", ["/nothing", "/clients/not-a-uuid", f"/clients/{ENGAGEMENT}/"])
def test_an_unknown_path_or_an_id_that_is_no_uuid_is_404(coach, path):
    problem_of(coach("GET", path), 404)


def test_another_method_is_405_and_names_those_that_exist(coach):
    response = coach("PUT", "/clients")
    problem_of(response, 405)
    assert set(response.headers["Allow"].split(", ")) >= {"GET", "POST"}


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"name": NaN}', b"[" * 100_000, b"nothing"])
def test_a_body_that_is_no_json_is_400(coach, body):
    problem_of(coach("POST", "/clients", data=body, content_type="application/json"), 400)


def test_another_content_type_is_415(coach):
    problem_of(coach("POST", "/clients", data=b"name=x", content_type="application/x-www-form-urlencoded"), 415)
    problem_of(coach("POST", "/clients", data=b"{}", content_type=""), 415)


def test_an_import_that_is_no_csv_is_415(coach, broker):
    for content_type in ("application/json", "application/x-www-form-urlencoded", ""):
        problem_of(coach("POST", "/clients/import", data=b"name,email\n", content_type=content_type), 415)
    assert not broker.sent_to("engagements.import_clients")
    assert coach("POST", "/clients/import", data=b"name,email\n", content_type="text/csv").status_code == 200


def test_a_reply_to_an_invite_comes_as_a_calendar_and_nothing_else(coach, broker):
    reply = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"
    problem_of(coach("POST", "/calendar-replies", json={"content": reply}), 415)
    problem_of(coach("POST", "/calendar-replies", data=b"\xff", content_type="text/calendar"), 422)
    problem_of(coach("POST", "/calendar-replies", data=b" " * 200_001, content_type="text/calendar"), 413)
    assert coach("POST", "/calendar-replies", data=reply, content_type="text/calendar").status_code == 200
    assert [sent.input for sent in broker.sent_to("scheduling.take_reply")] == [{"content": reply}]


def test_c19_a_token_of_any_length_that_is_not_known_is_404(caller, broker):
    broker.answers["engagements.get_invitation"] = errors.NotFound("There is no such invitation.")
    problem_of(caller("")("GET", f"/public/invitations/{'x' * 300}"), 404)


def test_a_body_that_is_too_large_is_413(coach):
    problem_of(coach("POST", "/clients", data=b" " * (1024 * 1024 + 1), content_type="application/json"), 413)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "A", "email": "a@example.com", "colour": "red"}, "colour"),
        ({"name": "", "email": "a@example.com"}, "name"),
        ({"name": "A"}, "email"),
        ({"name": "A", "email": "a@example.com", "coach_id": "x"}, "coach_id"),
        ({"name": "half a pair \ud800", "email": "a@example.com"}, "name"),
        ({"name": "zero \x00", "email": "a@example.com"}, "name"),
        ([1], "_schema"),
    ],
)
def test_bad_input_is_422_and_names_the_field_without_a_round_trip(coach, broker, body, field):
    document = problem_of(coach("POST", "/clients", json=body), 422)
    assert field in document["errors"]
    assert all(isinstance(message, str) for message in document["errors"][field])
    assert not broker.sent_to("engagements.add_client")


def test_an_error_deep_in_the_input_has_one_dotted_name(coach):
    body = {"currency": "EUR", "lines": [{"description": "A", "quantity": "1", "unit_price": 1.5}]}
    document = problem_of(coach("POST", f"/engagements/{ENGAGEMENT}/invoices", json=body), 422)
    assert set(document["errors"]) == {"lines.0.unit_price"}


def test_the_id_of_the_path_cannot_be_given_in_the_body_too(coach):
    body = {**SESSION, "engagement_id": str(uuid4())}
    document = problem_of(coach("POST", f"/engagements/{ENGAGEMENT}/sessions", json=body), 422)
    assert document["errors"] == {"engagement_id": ["Unknown field."]}


@pytest.mark.parametrize(
    ("query", "field"), [("colour=red", "colour"), ("limit=0", "limit"), ("limit=201", "limit"), ("q=a&q=b", "q")]
)
def test_bad_query_parameters_are_422(coach, query, field):
    assert field in problem_of(coach("GET", f"/clients?{query}"), 422)["errors"]


def test_query_parameters_of_a_call_with_a_body_are_422(coach):
    assert "dry_run" in problem_of(coach("POST", "/clients?dry_run=1", json={}), 422)["errors"]


def test_a_list_takes_limit_and_cursor(coach, broker):
    broker.answers["engagements.list_clients"] = {"items": [], "next": None}
    assert coach("GET", "/clients?limit=200&cursor=abc&q=Lei").get_json() == {"items": [], "next": None}
    assert broker.sent_to("engagements.list_clients")[0].input == {"limit": "200", "cursor": "abc", "q": "Lei"}


def test_an_action_needs_no_body(coach, broker):
    broker.answers["scheduling.complete_session"] = {"id": ENGAGEMENT, "version": 2}
    response = coach("POST", f"/sessions/{ENGAGEMENT}/complete")
    assert response.status_code == 200
    assert response.headers["ETag"] == '"2"'


def test_what_is_deleted_answers_204_and_nothing(coach, broker):
    broker.answers["engagements.delete_engagement"] = None
    response = coach("DELETE", f"/engagements/{ENGAGEMENT}")
    assert response.status_code == 204
    assert response.data == b""


def test_if_match_travels_as_a_number(coach, broker):
    coach("PATCH", f"/clients/{ENGAGEMENT}", json={"name": "B"}, headers={"If-Match": '"7"'})
    coach("PATCH", f"/clients/{ENGAGEMENT}", json={"name": "B"}, headers={"If-Match": "*"})
    coach("PATCH", f"/clients/{ENGAGEMENT}", json={"name": "B"})
    assert [sent.if_match for sent in broker.sent_to("engagements.update_client")] == [7, None, None]


def test_an_if_match_that_is_no_version_of_ours_is_412(coach, broker):
    problem_of(coach("PATCH", f"/clients/{ENGAGEMENT}", json={"name": "B"}, headers={"If-Match": '"abc"'}), 412)
    assert not broker.sent_to("engagements.update_client")


def test_the_idempotency_key_travels_and_every_command_has_one(coach, broker):
    new = {"name": "A", "email": "a@example.com"}
    coach("POST", "/clients", json=new, headers={"Idempotency-Key": "mine"})
    coach("POST", "/clients", json=new)
    coach("POST", "/clients", json=new)
    first, second, third = (sent.key for sent in broker.sent_to("engagements.add_client"))
    assert first == "mine"
    assert second
    assert second != third


@pytest.mark.parametrize("key", ["", "with space", "x" * 201])
def test_a_key_that_is_no_key_is_400(coach, key):
    body = {"name": "A", "email": "a@example.com"}
    problem_of(coach("POST", "/clients", json=body, headers={"Idempotency-Key": key}), 400)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound("No such client."), 404),
        (errors.Conflict("Taken.", rule="C9"), 409),
        (errors.Gone("Over."), 410),
        (errors.Stale("Changed."), 412),
        (errors.Invalid("Bad.", errors={"name": ["Taken."]}), 422),
        (errors.Broken("Ours."), 500),
        (errors.Unavailable("Away."), 503),
    ],
)
def test_what_a_service_refuses_is_a_problem_of_its_own_status(coach, broker, error, status):
    broker.answers["engagements.get_client"] = error
    response = coach("GET", f"/clients/{ENGAGEMENT}")
    document = problem_of(response, status)
    assert document["detail"] == error.detail
    assert document.get("rule") == error.rule
    assert document.get("errors", {}) == error.errors
    assert ("Retry-After" in response.headers) == (status == 503)


def test_a_defect_of_ours_is_a_500_that_tells_nothing(coach, broker):
    def break_(_):
        raise RuntimeError("the secret place")

    broker.answers["engagements.get_client"] = break_
    document = problem_of(coach("GET", f"/clients/{ENGAGEMENT}"), 500)
    assert "secret" not in str(document)


def test_a_request_keeps_the_id_that_its_caller_gave_it_on_every_hop(coach, broker):
    seen = []
    broker.answers["engagements.me"] = lambda _: seen.append(context.current().request_id)
    coach("GET", "/me", headers={"X-Request-Id": "abc-122"})
    assert seen == ["abc-122"]
    response = coach("GET", "/nothing", headers={"X-Request-Id": "abc-123"})
    assert response.headers["X-Request-Id"] == response.get_json()["request_id"] == "abc-123"
    assert coach("GET", "/me", headers={"X-Request-Id": "no <good>"}).headers["X-Request-Id"] != "no <good>"


def test_health_asks_all_services_at_once_and_needs_no_token(caller, broker):
    for service in ("engagements", "scheduling", "documents", "notifications", "billing"):
        broker.answers[f"{service}.health"] = {"status": "ok", "checks": {}}
    broker.down = {"billing"}
    document = caller("")("GET", "/health").get_json()
    assert broker.rounds == 1
    assert document["status"] == "degraded"
    assert document["broker"] == "ok"
    assert document["services"]["billing"]["status"] == "down"
    assert document["services"]["scheduling"] == {"status": "ok", "checks": {}}
    broker.down = set()
    assert caller("")("GET", "/health").get_json()["status"] == "ok"
