"""One engagement lived through all five services: from a CSV file to a paid invoice, by HTTP and real mail."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.support.api import Api
from tests.support.broker import eventually
from tests.support.mail import invite_of, link_of
from tests.system.conftest import Running

FIRST = ["Leila", "Oluwaseun", "Marcus", "Wei-Ling", "Katarzyna", "Joaquín", "Hanna", "Samir", "Grace", "Zoë", "Søren"]
LAST = ["Haddad", "Adeyemi", "Whitfield", "Tan", "Nowak", "Ferreira", "Virtanen", "Patel", "El-Sayed", "O'Rourke"]
BAD_ROWS = {
    50: ("Nobody", "not an address", "Europe/Berlin", "", ""),
    100: ("", "blank.name@example.org", "Europe/Berlin", "", ""),
    150: ("Lost In Time", "lost@example.org", "Europe/Atlantis", "", ""),
}
CLIENT_PASSWORD = "a kettle, three maps"


def two_hundred_rows() -> str:
    """A CSV file as a CRM exports it: 197 good rows and three bad ones."""
    chance = random.Random(7)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "email", "time_zone", "phone", "company"])
    for number in range(2, 202):
        if number in BAD_ROWS:
            writer.writerow(BAD_ROWS[number])
            continue
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        zone = chance.choice(["Europe/Berlin", "Europe/London", "Asia/Singapore", "America/New_York"])
        writer.writerow([name, f"client{number}@example.org", zone, f"+49 30 {number:06}", 'Hill, "Hill" & Söhne'])
    return out.getvalue()


@dataclass
class Story:
    """What happened, for the tests to look at."""

    running: Running
    imported: dict[str, Any] = field(default_factory=dict)
    coach: Any = None
    coach_api: Any = None
    client: Any = None
    client_api: Any = None
    engagement: Any = None
    session: Any = None
    moved: Any = None
    accepted: Any = None
    token: str = ""
    invoice: Any = None
    paid: Any = None

    @property
    def path(self) -> str:
        return f"/engagements/{self.engagement['id']}"


@pytest.fixture(scope="module")
def story(running: Running) -> Story:
    told = Story(running)
    admin, mailbox = running.admin, running.mailbox
    told.imported = admin.request(
        "POST", "/clients/import", expect=200, data=two_hundred_rows().encode(), headers={"Content-Type": "text/csv"}
    ).json()

    coach_email = "judith.okonkwo@northlight.example"
    told.coach = admin.post(
        "/coaches",
        {"name": "Judith Okonkwo", "email": coach_email, "role": "coach", "time_zone": "Europe/Berlin"},
        expect=201,
    )
    staff_token = link_of(mailbox.await_mail(coach_email, "staff_invitation"), "invitations")
    signed_in = running.anybody.post(f"/public/invitations/{staff_token}", {"password": CLIENT_PASSWORD}, expect=201)
    told.coach_api = coach = Api(running.local.url, signed_in["token"])

    (told.client,) = admin.get("/clients", q="client7@")["items"]
    program = admin.post("/programs", {"name": "Business Coaching", "sessions_total": 16}, expect=201)
    told.engagement = admin.post(
        "/engagements",
        {"client_id": told.client["id"], "program_id": program["id"], "coach_id": told.coach["id"]},
        expect=201,
    )
    told.session = coach.post(
        f"{told.path}/sessions",
        {
            "starts_at": "2027-03-02T15:00:00Z",
            "duration_minutes": 60,
            "location": {"kind": "zoom", "detail": "https://zoom.us/j/123456789"},
        },
        expect=201,
    )
    for address in (told.client["email"], coach_email):
        mailbox.await_mail(address, "session_scheduled")
    told.moved = coach.post(
        f"/sessions/{told.session['id']}/reschedule",
        {"starts_at": "2027-03-03T15:00:00Z", "reason": "A flight was cancelled"},
    )
    for address in (told.client["email"], coach_email):
        mailbox.await_mail(address, "session_rescheduled")
    coach.post(f"/sessions/{told.session['id']}/complete")
    eventually(lambda: coach.get(told.path)["progress"]["completed"] == 1, what="the progress")

    coach.post(f"{told.path}/invitation", {"message": "Looking forward to it."}, expect=202)
    told.token = link_of(mailbox.await_mail(told.client["email"], "invitation"), "invitations")
    told.accepted = running.anybody.post(f"/public/invitations/{told.token}", {"password": CLIENT_PASSWORD}, expect=201)
    told.client_api = Api(running.local.url, told.accepted["token"])

    draft = coach.post(
        f"{told.path}/invoices",
        {
            "currency": "EUR",
            "lines": [
                {"description": "Coaching, first session", "quantity": "1", "unit_price": "800.00", "tax_rate": "19"}
            ],
        },
        expect=201,
    )
    told.invoice = coach.post(f"/invoices/{draft['id']}/send", expect=202)
    mailbox.await_mail(told.client["email"], "invoice")
    told.paid = coach.post(f"/invoices/{draft['id']}/mark-paid", {"method": "bank transfer"})
    eventually(lambda: "paid" in {entry["verb"] for entry in coach.get(f"{told.path}/activity")["items"]}, 15)
    return told


def test_bad_rows_of_an_import_are_rejected_with_line_and_reason(story: Story) -> None:
    assert (story.imported["created"], story.imported["updated"]) == (197, 0)
    assert {row["line"]: set(row["errors"]) for row in story.imported["rejected"]} == {
        50: {"email"}, 100: {"name"}, 150: {"time_zone"},
    }  # fmt: skip


def test_s1_1_whoever_is_imported_is_an_internal_record_and_nobody_is_mailed(story: Story) -> None:
    clients = story.running.admin.all("/clients")
    assert len(clients) == 197
    assert {client["portal"] for client in clients if client["id"] != story.client["id"]} == {"internal_record"}
    addresses = {client["email"] for client in clients} - {story.client["email"]}
    assert not addresses & {mail["To"].addresses[0].addr_spec for mail in story.running.mailbox.mails()}


@pytest.mark.parametrize("whom", ["client", "coach"])
def test_s1_16_the_invite_arrives_at_client_and_coach(story: Story, whom: str) -> None:
    mail = story.running.mailbox.await_mail(getattr(story, whom)["email"], "session_scheduled")
    method, event = invite_of(mail)
    assert (method, str(event["UID"]), int(event["SEQUENCE"])) == ("REQUEST", story.session["ics_uid"], 0)
    assert event["DTSTART"].dt.isoformat() == "2027-03-02T16:00:00+01:00"
    addresses = {str(attendee).lower().removeprefix("mailto:") for attendee in event["ATTENDEE"]}
    assert addresses >= {story.client["email"]}


@pytest.mark.parametrize("whom", ["client", "coach"])
def test_c13_a_move_keeps_the_uid_and_raises_the_sequence(story: Story, whom: str) -> None:
    assert story.moved["id"] == story.session["id"]
    assert story.moved["ics_uid"] == story.session["ics_uid"]
    assert story.moved["ics_sequence"] == story.session["ics_sequence"] + 1
    mail = story.running.mailbox.await_mail(getattr(story, whom)["email"], "session_rescheduled")
    method, event = invite_of(mail)
    assert (method, str(event["UID"]), int(event["SEQUENCE"])) == ("REQUEST", story.session["ics_uid"], 1)
    assert event["DTSTART"].dt.isoformat() == "2027-03-03T16:00:00+01:00"


def test_c7_c8_a_completed_session_counts_and_the_engagement_is_in_progress(story: Story) -> None:
    found = story.coach_api.get(story.path)
    assert found["progress"] == {"completed": 1, "total": 16, "percent": 6}
    assert found["status"] == "in_progress"


def test_s1_37_the_invited_client_becomes_active_and_the_link_works_once(story: Story) -> None:
    assert story.accepted["person"]["role"] == "client"
    assert story.coach_api.get(f"/clients/{story.client['id']}")["portal"] == "active"
    for _ in range(2):
        story.running.anybody.post(f"/public/invitations/{story.token}", {"password": CLIENT_PASSWORD}, expect=404)


def test_s1_38_a_client_sees_only_its_own_engagement(story: Story) -> None:
    other_client = story.running.admin.get("/clients", q="client8@")["items"][0]
    other = story.running.admin.post(
        "/engagements",
        {"client_id": other_client["id"], "program_name": "Career Crossroads", "coach_id": story.coach["id"]},
        expect=201,
    )
    mine = story.client_api.get("/engagements")["items"]
    assert [engagement["id"] for engagement in mine] == [story.engagement["id"]]
    for path in ("", "/activity", "/sessions", "/invoices", "/resources"):
        story.client_api.get(f"/engagements/{other['id']}{path}", expect=404)
    story.client_api.get("/clients", expect=403)


def test_s1_31_the_invoice_is_mailed_as_a_pdf(story: Story) -> None:
    mail = story.running.mailbox.await_mail(story.client["email"], "invoice")
    (pdf,) = [part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf"]
    content = pdf.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.startswith(b"%PDF-")
    assert story.invoice["number"] in str(pdf.get_filename())
    downloaded = story.client_api.request("GET", f"/invoices/{story.invoice['id']}/pdf", expect=200)
    assert downloaded.content.startswith(b"%PDF-")


def test_s1_33_c21_a_paid_invoice_is_paid_to_the_cent(story: Story) -> None:
    invoice = story.client_api.get(f"/invoices/{story.invoice['id']}")
    assert {name: invoice[name] for name in ("state", "subtotal", "tax", "total", "paid", "balance")} == {
        "state": "paid", "subtotal": "800.00", "tax": "152.00", "total": "952.00", "paid": "952.00", "balance": "0.00",
    }  # fmt: skip


def test_s2_18_s2_20_the_activity_log_tells_all_of_it_in_order_with_links(story: Story) -> None:
    entries = list(reversed(story.coach_api.all(f"{story.path}/activity")))
    verbs = [entry["verb"] for entry in entries]
    expected = ["enrolled", "scheduled", "moved", "completed", "invited", "activated", "sent", "paid"]
    in_order = [verb for verb in verbs if verb in expected]
    assert list(dict.fromkeys(in_order)) == expected, verbs
    by_verb = {entry["verb"]: entry for entry in entries}
    assert by_verb["scheduled"]["link"] == f"/sessions/{story.session['id']}"
    assert by_verb["scheduled"]["actor"]["name"] == "Judith Okonkwo"
    assert by_verb["paid"]["link"] == f"/invoices/{story.invoice['id']}"
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)


def test_every_mail_is_in_the_log_as_it_was_sent(story: Story) -> None:
    logged = story.coach_api.all("/notifications", engagement_id=story.engagement["id"])
    kinds = {entry["kind"] for entry in logged if entry["state"] == "sent"}
    assert kinds >= {"session_scheduled", "session_rescheduled", "invitation", "invoice"}
    one = story.coach_api.get(f"/notifications/{logged[0]['id']}")
    assert one["html"]
    assert one["text"]


def test_the_public_log_holds_every_event_once_and_in_order(story: Story) -> None:
    def everything() -> list[Any]:
        events, after = [], 0
        while page := story.running.admin.get("/events", after=after, limit=200)["items"]:
            events += page
            after = story.running.admin.get("/events", after=after, limit=200)["next"]
        return events

    events = everything()
    assert len({event["id"] for event in events}) == len(events)
    mine = [event["type"] for event in events if event["subject"] == story.session["id"]]
    assert mine == [
        "scheduling.session.scheduled.v1", "scheduling.session.rescheduled.v1", "scheduling.session.completed.v1",
    ]  # fmt: skip
    assert not any(word in str(events) for word in (story.token, CLIENT_PASSWORD))


def test_the_health_page_needs_no_token_and_names_every_service(story: Story) -> None:
    health = requests.get(f"{story.running.local.url}/api/v1/health", timeout=20).json()
    assert health["status"] == "ok"
    assert health["services"].keys() == {"engagements", "scheduling", "documents", "notifications", "billing"}
