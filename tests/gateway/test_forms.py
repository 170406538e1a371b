"""A form makes the same call as the API; what is wrong stands beside its field and nothing that was typed is lost."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest

from contracts import errors
from tests.gateway.examples import answer_of, every_call

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"
HTMX = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def services(broker):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    return broker


@pytest.fixture
def coach(services, browser):
    return browser("coach")


@pytest.fixture
def admin(services, browser):
    return browser("admin")


def toast_of(someone):
    with someone.http.session_transaction() as session:
        return session["_flashes"][-1][1]


# Clients


def test_a_new_client_is_the_same_call_as_in_the_api(coach, services):
    form = {
        "name": " Leila Haddad ",
        "email": "leila@haddad.example",
        "company": "",
        "phone": "",
        "time_zone": "Asia/Tokyo",
    }
    response = coach.post("/clients/new", form)
    assert response.status_code == 303
    sent = services.sent_to("engagements.add_client")[0]
    assert sent.input == {"name": "Leila Haddad", "email": "leila@haddad.example", "time_zone": "Asia/Tokyo"}
    assert sent.key
    assert toast_of(coach)["text"].endswith("is added. Nobody was mailed.")


def test_the_form_comes_again_with_its_errors_and_what_was_typed(coach):
    response = coach.post("/clients/new", {"name": "Leila & Co", "email": "nonsense", "time_zone": "Mars/Base"})
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert 'value="Leila &amp; Co"' in html
    assert "Not a valid email address." in html
    assert "Not an IANA time zone" in html
    assert 'aria-invalid="true"' in html


def test_a_rule_that_refuses_is_said_above_the_fields(coach, services):
    services.answers["engagements.add_client"] = errors.Conflict("This address belongs to a client already.")
    response = coach.post("/clients/new", {"name": "A", "email": "a@example.com"})
    assert response.status_code == 409
    assert "This address belongs to a client already." in response.get_data(as_text=True)


def test_a_service_that_is_down_loses_no_typing(coach, services):
    services.answers["engagements.add_client"] = errors.Unavailable("Try again in a moment.")
    response = coach.post("/clients/new", {"name": "Typed Name", "email": "a@example.com"})
    assert response.status_code == 503
    assert "Typed Name" in response.get_data(as_text=True)


def test_something_chosen_that_is_gone_loses_no_typing_but_a_form_about_something_gone_is_404(coach, services):
    services.answers["engagements.create_engagement"] = errors.NotFound("No such program.")
    form = {"program_id": str(uuid4()), "start_date": "2026-12-24"}
    response = coach.post(f"/clients/{ID}/engagements", form)
    assert response.status_code == 409
    assert "No such program." in response.get_data(as_text=True)
    assert "2026-12-24" in response.get_data(as_text=True)
    services.answers["engagements.get_client"] = errors.NotFound("No such client.")
    assert coach.post(f"/clients/{ID}/engagements", form).status_code == 404


def test_htmx_is_sent_on_by_a_header_and_gets_the_inside_of_the_dialog_when_it_fails(coach, services):
    done = coach.post("/clients/new", {"name": "A", "email": "a@example.com"}, headers=HTMX)
    assert done.status_code == 204
    assert done.headers["HX-Redirect"].startswith("/clients/")
    failed = coach.post("/clients/new", {"name": "", "email": "a@example.com"}, headers=HTMX)
    assert failed.status_code == 422
    assert "<html" not in failed.get_data(as_text=True)


def test_a_profile_can_be_emptied_field_by_field(coach, services):
    form = {"name": "A", "email": "a@example.com", "time_zone": "UTC", "company": "", "phone": ""}
    assert coach.post(f"/clients/{ID}/profile", form).headers["Location"] == f"/clients/{ID}/profile"
    assert services.sent_to("engagements.update_client")[0].input == {**form, "id": ID, "company": None, "phone": None}
    assert toast_of(coach)["text"] == "Saved"


def test_an_import_is_looked_at_before_it_happens(coach, services):
    services.answers["engagements.import_clients"] = {
        "created": 2, "updated": 1, "rejected": [{"line": 4, "errors": {"email": ["Not an address."]}}]
    }  # fmt: skip
    csv = "\ufeffname,email\nZoë,zoe@example.com\n".encode()
    response = coach.post("/clients/import", {"step": "preview", "file": (io.BytesIO(csv), "clients.csv")})
    html = response.get_data(as_text=True)
    assert "2 clients are added, 1 is changed, 1 line is left out" in html
    assert "Not an address." in html
    text = "name,email\nZoë,zoe@example.com\n"
    assert services.sent_to("engagements.import_clients")[0].input == {"content": text, "preview": True}
    coach.post("/clients/import", {"step": "import", "content": text})
    assert services.sent_to("engagements.import_clients")[1].input == {"content": text, "preview": False}


@pytest.mark.parametrize("file", [None, (io.BytesIO(b"\xff\xfe\x00"), "clients.csv")])
def test_an_import_of_no_text_says_so(coach, services, file):
    form = {"step": "preview"} | ({"file": file} if file else {})
    response = coach.post("/clients/import", form, content_type="multipart/form-data")
    assert response.status_code == 422
    assert "field-error" in response.get_data(as_text=True)
    assert not services.sent_to("engagements.import_clients")


def test_a_large_import_goes_through_the_second_step_too(coach, services):
    text = "name,email\n" + "Zoë,zoe@example.com\n" * 100_000
    response = coach.post("/clients/import", {"step": "import", "content": text})
    assert response.status_code == 200
    assert services.sent_to("engagements.import_clients")[0].input["content"] == text


# Engagements


def test_an_engagement_starts_from_a_program_or_under_a_name_of_its_own(coach, services):
    program = str(uuid4())
    typed = {"program_name": "typed before", "sessions_total": "8", "start_date": "", "end_date": "2026-12-01"}
    coach.post(f"/clients/{ID}/engagements", {"program_id": program, **typed})
    coach.post(f"/clients/{ID}/engagements", {"program_id": "", **typed})
    from_program, own = (sent.input for sent in services.sent_to("engagements.create_engagement"))
    assert from_program == {"client_id": ID, "program_id": program, "end_date": "2026-12-01"}
    assert own == {"client_id": ID, "program_name": "typed before", "sessions_total": 8, "end_date": "2026-12-01"}


def test_c9_deleting_offers_an_undo_and_a_refusal_names_the_rule(coach, services):
    response = coach.post(f"/engagements/{ID}/delete")
    assert response.headers["Location"].startswith("/clients/")
    assert toast_of(coach)["undo_url"] == f"/engagements/{ID}/restore"
    services.answers["engagements.delete_engagement"] = errors.Conflict("2026-0001 is unpaid.", rule="C9")
    response = coach.post(f"/engagements/{ID}/delete")
    assert response.headers["Location"] == f"/engagements/{ID}"
    assert toast_of(coach) == {"text": "2026-0001 is unpaid. (Rule C9)", "failed": True}
    shown = coach.get(f"/engagements/{ID}").get_data(as_text=True)
    assert "2026-0001 is unpaid. (Rule C9)" in shown
    assert "2026-0001 is unpaid" not in coach.get(f"/engagements/{ID}").get_data(as_text=True)


def test_c10_assigning_says_whether_private_notes_go_along(coach, services):
    other = str(uuid4())
    coach.post(f"/engagements/{ID}/assign", {"coach_id": other})
    coach.post(f"/engagements/{ID}/assign", {"coach_id": other, "include_private_notes": "1"})
    choices = [sent.input["include_private_notes"] for sent in services.sent_to("engagements.assign_engagement")]
    assert choices == [False, True]


def test_a_coach_who_gave_an_engagement_away_is_led_to_what_is_still_visible(coach, admin, services):
    form = {"coach_id": str(uuid4())}
    assert coach.post(f"/engagements/{ID}/assign", form).headers["Location"] == "/clients"
    assert admin.post(f"/engagements/{ID}/assign", form).headers["Location"] == f"/engagements/{ID}"


# Sessions


def session_form(**changes):
    return {
        "starts_at": "2026-07-01T09:30",
        "duration_minutes": "60",
        "title": "",
        "location_kind": "zoom",
        "location_detail": "https://zoom.us/j/1",
        "attendee_email": ["guest@example.com", ""],
        "attendee_name": ["A Guest", ""],
        "notify": "1",
        **changes,
    }


def test_c14_a_time_is_typed_on_the_readers_clock_and_keeps_its_zone(coach, services):
    response = coach.post(f"/engagements/{ID}/sessions", session_form())
    assert response.headers["Location"] == f"/engagements/{ID}/sessions"
    assert services.sent_to("scheduling.schedule_session")[0].input == {
        "engagement_id": ID,
        "starts_at": "2026-07-01T09:30:00+02:00",
        "time_zone": "Europe/Berlin",
        "duration_minutes": 60,
        "location": {"kind": "zoom", "detail": "https://zoom.us/j/1"},
        "attendees": [{"email": "guest@example.com", "name": "A Guest"}],
        "notify": True,
    }
    assert "mails are on their way" in toast_of(coach)["text"]


def test_without_the_switch_nobody_is_mailed(coach, services):
    form = session_form()
    del form["notify"]
    coach.post(f"/engagements/{ID}/sessions", form)
    assert services.sent_to("scheduling.schedule_session")[0].input["notify"] is False
    assert toast_of(coach)["text"] == "The session is scheduled. Nobody was mailed."


def test_errors_of_place_and_attendees_stand_beside_their_fields(coach, services):
    form = session_form(starts_at="soon", duration_minutes="an hour", location_kind="moon", attendee_email=["nobody"])
    form["attendee_name"] = ["Typed Guest"]
    response = coach.post(f"/engagements/{ID}/sessions", form)
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    for field in ("starts_at", "duration_minutes", "location_kind", "attendees"):
        assert f'id="{field}-error"' in html, field
    assert "Typed Guest" in html


def test_c2_a_dialog_says_who_is_mailed_and_who_is_not_with_the_rule(coach, services):
    who = {"person_id": None, "name": "Marcus Whitfield", "email": "m@example.com"}
    services.answers["notifications.may_notify"] = {
        "verdicts": [
            {"recipient": who, "allowed": False, "rule": "C4", "reason": "A cancellation is not among the six kinds."},
            {"recipient": {**who, "name": "Tomás Herrera"}, "allowed": True, "rule": "C2", "reason": "Active."},
        ]
    }
    html = coach.get(f"/sessions/{ID}/cancel").get_data(as_text=True)
    assert "Rule C4." in html
    assert "A cancellation is not among the six kinds." in html
    assert "Cancel it, send 1 mail" in html
    asked = services.sent_to("notifications.may_notify")[0].input
    assert asked["kind"] == "session_cancelled"
    assert asked["recipients"]


def test_an_edit_sends_only_what_changed(coach, services):
    services.answers["scheduling.get_session"] |= {
        "title": "Kick-off",
        "location": {"kind": "zoom", "detail": None, "href": None},
        "attendees": [{"email": "g@example.com", "name": "G", "role": "guest", "person_id": None}],
    }
    same = {"title": "Kick-off", "location_kind": "zoom", "location_detail": ""}
    guest = {"attendee_email": "g@example.com", "attendee_name": "G"}
    coach.post(f"/sessions/{ID}/edit", {**same, **guest})
    assert not services.sent_to("scheduling.update_session")
    assert not services.sent_to("scheduling.set_attendees")
    coach.post(f"/sessions/{ID}/edit", {**same, **guest, "title": "Start"})
    assert services.sent_to("scheduling.update_session")[0].input == {"id": ID, "title": "Start", "notify": False}
    coach.post(f"/sessions/{ID}/edit", {**same, "notify": "1"})
    assert services.sent_to("scheduling.set_attendees")[0].input == {"id": ID, "attendees": [], "notify": True}


def test_an_outcome_leads_back_to_where_it_was_said(coach, services):
    response = coach.post(f"/sessions/{ID}/complete", headers={"Referer": "http://localhost/"})
    assert response.headers["Location"] == "/"
    response = coach.post(f"/sessions/{ID}/no-show", headers={"Referer": "https://evil.example/x"})
    assert response.headers["Location"] == f"/sessions/{ID}"


# Settings, team, own profile


def test_settings_are_sent_as_what_they_are(admin, services):
    form = {"name": "N", "reminder_minutes": "1440, 60", "quiet_after_weeks": "4", "no_show_counts": "1"}
    assert admin.post("/settings", form).headers["Location"] == "/settings"
    assert services.sent_to("engagements.update_organisation")[0].input == {
        "name": "N",
        "reminder_minutes": [1440, 60],
        "quiet_after_weeks": 4,
        "cancellations_to_internal_records": False,
        "no_show_counts": True,
        "late_changes_count": False,
    }
    response = admin.post("/settings", {**form, "reminder_minutes": "1440, soon"})
    assert response.status_code == 422
    assert 'id="reminder_minutes-error"' in response.get_data(as_text=True)


def test_a_new_api_token_is_shown_once(admin, services):
    services.answers["engagements.create_api_token"] |= {"token": "cw_secret", "name": "Accounting"}
    html = admin.post("/settings/tokens", {"name": "Accounting", "role": "coach"}).get_data(as_text=True)
    assert "cw_secret" in html
    assert "cw_secret" not in admin.get("/settings/tokens").get_data(as_text=True)


def test_everybody_may_change_the_own_name_and_zone(services, browser):
    client = browser("client")
    client.post("/profile", {"name": "New Name", "time_zone": "Europe/London"})
    assert services.sent_to("engagements.update_me")[0].input == {"name": "New Name", "time_zone": "Europe/London"}


def test_the_theme_is_kept_in_this_browser(coach):
    response = coach.post("/theme", {"theme": "dark"}, headers={"Referer": "http://localhost/clients"})
    assert response.headers["Location"] == "/clients"
    assert 'data-theme="dark"' in coach.get("/").get_data(as_text=True)


def test_a_cancelled_session_leads_to_the_list_it_was_in(coach, services):
    services.answers["scheduling.cancel_session"]["engagement_id"] = ID
    response = coach.post(f"/sessions/{uuid4()}/cancel", {"reason": "", "notify": "1"})
    assert response.headers["Location"] == f"/engagements/{ID}/sessions"
    assert services.sent_to("scheduling.cancel_session")[0].input["notify"] is True
