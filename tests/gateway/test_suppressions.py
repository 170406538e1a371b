"""Unsubscribing by one click (RFC 8058), and the page of addresses that get no mail."""

from __future__ import annotations

import pytest

from contracts import errors
from contracts.calls import scheduling
from tests.gateway.examples import answer_of
from tests.gateway.test_every_route import work_done

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BOUNCED = {
    "id": ID,
    "created_at": "2026-03-02T15:00:00Z",
    "updated_at": "2026-03-02T15:00:00Z",
    "version": 1,
    "address": "gone@example.net",
    "why": "bounced",
    "answer": "550 5.1.1 <b>No such</b> user",
    "since": "2026-03-02T15:00:00Z",
}


def link(unsubscribed):
    return {"address": "tomas@example.net", "unsubscribed": unsubscribed}


@pytest.fixture
def stranger(app, broker):
    """A mail program: no cookie, no page of ours before it."""
    broker.answers["notifications.get_unsubscribe_page"] = link(False)
    broker.answers["notifications.unsubscribe"] = link(True)
    return app.test_client(use_cookies=False)


def test_opening_the_link_unsubscribes_nobody_and_shows_a_button(stranger, broker):
    for method in ("GET", "HEAD"):
        response = stranger.open("/unsubscribe/tok", method=method)
        assert response.status_code == 200
    html = stranger.get("/unsubscribe/tok").get_data(as_text=True)
    assert "tomas@example.net" in html
    assert 'name="List-Unsubscribe" value="One-Click"' in html
    assert set(work_done(broker)) == {"notifications.get_unsubscribe_page"}


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_needs_no_sign_in_no_cookie_no_pages_token_and_no_redirect(stranger, broker, content_type):
    response = stranger.post("/unsubscribe/tok", data=ONE_CLICK, content_type=content_type)
    assert response.status_code == 200
    assert "You are unsubscribed" in response.get_data(as_text=True)
    (sent,) = broker.sent_to("notifications.unsubscribe")
    assert sent.input == {"token": "tok"}
    assert sent.assertion is None


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "Perhaps"}])
def test_a_post_of_anything_else_unsubscribes_nobody(stranger, broker, body):
    assert stranger.post("/unsubscribe/tok", data=body).status_code == 200
    assert not broker.sent_to("notifications.unsubscribe")


def test_c19_an_unknown_or_expired_link_gives_the_same_friendly_page_and_404(stranger, broker):
    broker.answers["notifications.get_unsubscribe_page"] = errors.NotFound("No such link.")
    broker.answers["notifications.unsubscribe"] = errors.NotFound("No such link.")
    for response in (stranger.get("/unsubscribe/tok"), stranger.post("/unsubscribe/tok", data=ONE_CLICK)):
        assert response.status_code == 404
        assert "This link has been used" in response.get_data(as_text=True)


def test_when_nobody_answers_a_mail_program_is_told_to_come_again(stranger, broker):
    broker.down = {"notifications"}
    assert stranger.post("/unsubscribe/tok", data=ONE_CLICK).status_code == 503


def test_the_same_link_serves_the_public_call(caller, broker):
    broker.answers["notifications.unsubscribe"] = link(True)
    response = caller("")("POST", "/public/unsubscribe/tok")
    assert (response.status_code, response.get_json()) == (200, link(True))


def test_admins_see_who_gets_no_mail_why_and_since_when(browser, broker):
    unsubscribed = {**BOUNCED, "address": "tomas@example.net", "why": "unsubscribed", "answer": None}
    broker.answers["notifications.list_suppressions"] = {"items": [BOUNCED, unsubscribed], "next": "more"}
    html = browser("admin").get("/settings/suppressions").get_data(as_text=True)
    assert "gone@example.net" in html
    assert "550 5.1.1 &lt;b&gt;No such&lt;/b&gt; user" in html
    assert "2 Mar 2026" in html
    assert "Unsubscribed" in html
    assert "/settings/suppressions?cursor=more" in html
    assert browser("coach").get("/settings/suppressions").status_code == 403


def test_an_address_is_taken_off_after_a_question(browser, broker):
    broker.answers["notifications.get_suppression"] = BOUNCED
    admin = browser("admin")
    assert "550 5.1.1" in admin.get(f"/settings/suppressions/{ID}/remove").get_data(as_text=True)
    assert not broker.sent_to("notifications.remove_suppression")
    response = admin.post(f"/settings/suppressions/{ID}/remove")
    assert response.headers["Location"] == "/settings/suppressions"
    assert broker.sent_to("notifications.remove_suppression")[0].input == {"id": ID}


def test_the_api_lists_them_and_takes_one_off(caller, broker):
    broker.answers["notifications.list_suppressions"] = {"items": [BOUNCED], "next": None}
    assert caller("admin")("GET", "/suppressions").get_json()["items"][0]["why"] == "bounced"
    assert caller("admin")("DELETE", f"/suppressions/{ID}").status_code == 204
    assert caller("coach")("GET", "/suppressions").status_code == 403
    assert caller("coach")("DELETE", f"/suppressions/{ID}").status_code == 403


def test_c2_a_dialog_says_who_has_unsubscribed(browser, broker):
    who = {"person_id": None, "name": "", "email": "tomas@example.net"}
    verdict = {"recipient": who, "allowed": False, "rule": "C2", "reason": "Whoever reads it has unsubscribed."}
    broker.answers["scheduling.get_session"] = answer_of(scheduling.get_session)
    broker.answers["notifications.may_notify"] = {"verdicts": [verdict]}
    html = browser("coach").get(f"/sessions/{ID}/reschedule").get_data(as_text=True)
    assert "Whoever reads it has unsubscribed." in html
