"""Pages before the sign-in: sign in, forgotten password, links in mails."""

from __future__ import annotations

import re

import pytest

from contracts import errors

INVITATION = {
    "kind": "client",
    "name": "Leila Haddad",
    "email": "leila@haddad.example",
    "expires_at": "2026-03-02T15:00:00Z",
    "organisation": {"name": "Northlight Coaching", "colour": "#0E6B56"},
    "program_name": "Business Coaching",
    "coach_name": "Judith Okonkwo",
}
SIGNED_IN = {"token": "the-token", "expires_at": "2030-01-01T00:00:00Z", "person": {}}


@pytest.fixture
def stranger(browser):
    return browser("")


def test_a_wrong_password_keeps_the_address_and_never_the_password(stranger, broker):
    broker.answers["engagements.sign_in"] = errors.Unauthenticated("The address or the password is wrong.")
    response = stranger.post("/sign-in", {"email": "a@example.com", "password": "hunter2 hunter2", "next": "/clients"})
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "The address or the password is wrong." in html
    assert 'value="a@example.com"' in html
    assert 'value="/clients"' in html
    assert "hunter2" not in html


def test_an_empty_form_is_told_what_is_missing(stranger):
    response = stranger.post("/sign-in", {"email": "", "password": ""})
    assert response.status_code == 422
    assert 'id="email-error"' in response.get_data(as_text=True)


def test_signing_in_leads_on_with_the_session_in_a_cookie(stranger, broker):
    broker.answers["engagements.sign_in"] = SIGNED_IN
    response = stranger.post("/sign-in", {"email": " a@example.com ", "password": " x ", "next": "/clients"})
    assert response.headers["Location"] == "/clients"
    assert broker.sent_to("engagements.sign_in")[0].input == {"email": "a@example.com", "password": " x "}


def test_a_forgotten_password_gets_the_same_page_whoever_asks(stranger, broker):
    assert "Look into your mail" in stranger.post("/forgot-password", {"email": "a@b.example"}).get_data(as_text=True)
    assert stranger.post("/forgot-password", {"email": ""}).status_code == 422


def test_a_new_password_is_set_and_a_weak_one_is_refused_beside_its_field(stranger, broker):
    assert stranger.post("/password/tok", {"password": "a long enough one"}).headers["Location"] == "/sign-in"
    assert broker.sent_to("engagements.reset_password")[0].input["token"] == "tok"
    response = stranger.post("/password/tok", {"password": "short"})
    assert response.status_code == 422
    assert "At least 12 characters." in response.get_data(as_text=True)


def test_an_invitation_creates_a_password_and_signs_in(stranger, broker):
    broker.answers["engagements.get_invitation"] = INVITATION
    broker.answers["engagements.accept_invitation"] = SIGNED_IN
    html = stranger.get("/invitations/tok").get_data(as_text=True)
    assert "Business Coaching" in html
    assert "Judith Okonkwo" in html
    response = stranger.post("/invitations/tok", {"password": "a long enough one"})
    assert response.headers["Location"] == "/"
    assert any("coachworks_session=the-token" in cookie for cookie in response.headers.getlist("Set-Cookie"))


def test_a_weak_password_on_an_invitation_is_refused_beside_its_field(stranger, broker):
    broker.answers["engagements.get_invitation"] = INVITATION
    response = stranger.post("/invitations/tok", {"password": "short"})
    assert response.status_code == 422
    assert "At least 12 characters." in response.get_data(as_text=True)


@pytest.mark.parametrize("token", ["used", "x" * 300])
@pytest.mark.parametrize("page", ["invitations", "password"])
def test_c19_a_used_expired_or_unknown_link_gives_the_same_friendly_page_and_404(stranger, broker, page, token):
    for call in ("get_invitation", "accept_invitation", "get_password_reset", "reset_password"):
        broker.answers[f"engagements.{call}"] = errors.NotFound("No such link.")
    for response in (stranger.get(f"/{page}/{token}"), stranger.post(f"/{page}/{token}", {"password": "a long one!!"})):
        assert response.status_code == 404
        assert "This link has been used" in response.get_data(as_text=True)


def test_an_unknown_address_is_a_page_with_404_and_a_forbidden_one_403(app, broker, browser):
    response = browser("coach").get("/nowhere")
    assert response.status_code == 404
    assert "There is no such page" in response.get_data(as_text=True)
    assert "Request " in response.get_data(as_text=True)
    assert browser("coach").get("/settings").status_code == 403


def test_when_nobody_answers_at_all_the_page_says_so_without_asking_again(app, broker, browser):
    broker.down = {"engagements", "scheduling", "documents", "notifications", "billing"}
    response = browser("coach").get("/clients")
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert len(broker.sent) == 1


def test_the_organisations_colour_is_a_style_sheet_that_can_be_read(app, broker):
    broker.answers["engagements.public_organisation"] = {"name": "N", "colour": "#FFEE00"}
    response = app.test_client().get("/brand.css")
    assert response.content_type.startswith("text/css")
    assert "--brand-accent: #" in response.get_data(as_text=True)
    broker.down = {"engagements"}
    assert app.test_client().get("/brand.css").get_data(as_text=True) == ""


PAGE = {
    "goal": {"name": "Raise <the> price", "description": "By 20%"},
    "from": {"coach_name": "Judith Okonkwo", "organisation": "Northlight Coaching"},
}


def test_s1_29_the_page_of_a_feedback_link_shows_the_goal_and_who_asks(stranger, broker):
    broker.answers["engagements.get_feedback_page"] = PAGE
    html = stranger.get("/feedback/tok").get_data(as_text=True)
    assert "Raise &lt;the&gt; price" in html
    assert "By 20%" in html
    assert "Judith Okonkwo asks you" in html


def test_s1_28_feedback_is_taken_and_thanked_for(stranger, broker):
    response = stranger.post("/feedback/tok", {"rating": "4", "comment": "Well done."})
    assert "Thank you" in response.get_data(as_text=True)
    sent = broker.sent_to("engagements.answer_feedback")[0]
    assert sent.input == {"token": "tok", "rating": 4, "comment": "Well done."}


@pytest.mark.parametrize("rating", ["", "9", "four"])
def test_a_rating_that_is_none_is_said_and_the_words_are_kept(stranger, broker, rating):
    broker.answers["engagements.get_feedback_page"] = PAGE
    response = stranger.post("/feedback/tok", {"rating": rating, "comment": "Well done."})
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "Choose one of the five." in html
    assert "Well done." in html


def test_c19_a_feedback_link_that_works_no_more_shows_the_one_page_for_all(stranger, broker):
    broker.answers["engagements.get_feedback_page"] = errors.NotFound("Used.")
    broker.answers["engagements.answer_feedback"] = errors.NotFound("Used.")
    for response in (stranger.get("/feedback/tok"), stranger.post("/feedback/tok", {"rating": "4"})):
        assert response.status_code == 404
        assert "This link has been used" in response.get_data(as_text=True)


QUESTIONS = {
    "text": "A change",
    "rating": "6",
    "choices": ["Rest", "Money"],
    "yes_no": "no",
    "number": "3,5",
    "date": "2026-11-30",
}


def question_of(kind):
    base = {
        "help": "",
        "section": "",
        "required": True,
        "scale": 7,
        "options": ["Rest", "Money"],
        "label": f"The {kind}?",
    }
    return {**base, "id": f"00000000-0000-4000-8000-0000000000{list(QUESTIONS).index(kind):02d}", "kind": kind}


FORM = {
    "title": "Before <we> begin",
    "asked_by": "Judith Okonkwo",
    "expires_at": "2030-03-02T15:00:00Z",
    "questions": [question_of(kind) for kind in QUESTIONS],
}


def test_s1_24_a_form_is_asked_and_its_answers_go_on_as_what_they_are(stranger, broker):
    broker.answers["documents.get_form_page"] = FORM
    html = stranger.get("/forms/tok").get_data(as_text=True)
    assert "Before &lt;we&gt; begin" in html
    assert "The rating?" in html
    typed = {f"q-{question['id']}": QUESTIONS[question["kind"]] for question in FORM["questions"]}
    assert "Thank you" in stranger.post("/forms/tok", typed).get_data(as_text=True)
    sent = broker.sent_to("documents.answer_form")[0].input
    assert list(sent["answers"].values()) == ["A change", 6, ["Rest", "Money"], False, 3.5, "2026-11-30"]


def test_an_answer_that_does_not_fit_is_said_beside_its_question_and_all_is_kept(stranger, broker):
    broker.answers["documents.get_form_page"] = FORM
    first = FORM["questions"][0]["id"]
    wrong = errors.Invalid("Some answers do not fit.", errors={first: ["This needs an answer."]})
    broker.answers["documents.answer_form"] = wrong
    typed = {f"q-{question['id']}": QUESTIONS[question["kind"]] for question in FORM["questions"][1:]}
    response = stranger.post("/forms/tok", typed | {f"q-{FORM['questions'][4]['id']}": "9" * 5000})
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "This needs an answer." in html
    assert 'value="2026-11-30"' in html
    assert re.search(r'value="Rest" checked', html)


def test_c19_a_form_link_that_works_no_more_shows_the_one_page_for_all(stranger, broker):
    broker.answers["documents.get_form_page"] = errors.NotFound("Used.")
    for response in (stranger.get("/forms/tok"), stranger.post("/forms/tok", {})):
        assert response.status_code == 404
        assert "This link has been used" in response.get_data(as_text=True)


def test_a_calendar_feed_is_not_sent_again_while_it_is_the_same(stranger, broker):
    content = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    broker.answers["scheduling.read_calendar_feed"] = {"content": content}
    first = stranger.get("/calendar-feeds/a-secret.ics")
    assert (first.get_data(as_text=True), first.mimetype) == (content, "text/calendar")
    assert broker.sent_to("scheduling.read_calendar_feed")[0].input == {"token": "a-secret"}
    again = stranger.get("/calendar-feeds/a-secret.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    broker.answers["scheduling.read_calendar_feed"] = {"content": content * 2}
    changed = stranger.get("/calendar-feeds/a-secret.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
