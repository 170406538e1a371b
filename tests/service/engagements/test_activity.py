"""The activity log: who did what, when, with a link to where."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import engagements as calls
from services.engagements.activity.wording import money, when
from tests.service.engagements.house import House

INSTANT = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)


def resource(house: House, what: str, by: Actor, name: str) -> None:
    house.clock.advance(seconds=1)
    house.harness.feed(
        f"documents.resource.{what}.v1",
        subject=uuid4(),
        data={
            "engagement_id": UUID(house.engagement),
            "file_id": uuid4(),
            "name": name,
            "by_client": by.role == "client",
        },
        actor=by,
    )


def mail(
    house: House, what: str, *, subject: str = "Your session", engagement: str | None = "", **changes: Any
) -> UUID:
    house.clock.advance(seconds=1)
    id_ = uuid4()
    house.harness.feed(
        f"notifications.notification.{what}.v1",
        subject=id_,
        data={
            "kind": "session_scheduled",
            "recipient": "leila.haddad@example.org",
            "recipient_name": "Leila Haddad",
            "person_id": house.client.id,
            "engagement_id": UUID(house.engagement) if engagement == "" else None,
            "about": {"kind": "session", "id": uuid4()},
            "subject": subject,
            **changes,
        },
    )
    return id_


def lines(house: House, by: Actor | None = None, **given: Any) -> list[tuple[str, str]]:
    """Who and what, oldest first."""
    return [(entry["actor"]["name"], entry["text"]) for entry in reversed(house.activity(by=by, **given))]


def test_s2_18_s2_20_an_entry_says_who_did_what_and_links_to_where(house: House) -> None:
    session = house.session(number=3)
    entry = house.activity()[0]
    assert entry | {"id": ""} == {
        "id": "",
        "at": "2026-11-24T09:00:01Z",
        "actor": {"id": str(house.coach.id), "name": "Judith Okonkwo", "role": "coach"},
        "kind": "session",
        "verb": "scheduled",
        "text": "scheduled Session 3, Tue 24 Nov 10:00 CET",
        "target": "Session 3, Tue 24 Nov 10:00 CET",
        "link": f"/sessions/{session}",
        "detail": None,
    }


def test_the_life_of_a_session_is_told(house: House) -> None:
    session = house.session(number=3)
    moved = INSTANT + dt.timedelta(days=1, hours=6)
    house.session(
        "rescheduled", session=session, sequence=2, number=3, starts_at=moved, previous_starts_at=INSTANT, reason="Flu"
    )
    place = {"kind": "zoom", "detail": "https://zoom.example/1", "href": "https://zoom.example/1"}
    house.session("updated", session=session, sequence=3, number=3, starts_at=moved, location=place)
    house.session("updated", session=session, sequence=4, number=3, starts_at=moved, location=place)
    house.session("updated", session=session, sequence=5, number=3, starts_at=moved, location=place, title="Pricing")
    house.session(
        "cancelled", session=session, sequence=6, number=None, starts_at=moved, location=place, title="Pricing"
    )
    assert lines(house, kind="session") == [
        ("Judith Okonkwo", "scheduled Session 3, Tue 24 Nov 10:00 CET"),
        ("Judith Okonkwo", "moved Session 3 from Tue 24 Nov 10:00 to Wed 25 Nov 16:00 CET"),
        ("Judith Okonkwo", "changed the place of Session 3, Wed 25 Nov 16:00 CET"),
        ("Judith Okonkwo", "renamed Session 3 to Pricing, Wed 25 Nov 16:00 CET"),
        ("Judith Okonkwo", "cancelled Pricing, Wed 25 Nov 16:00 CET"),
    ]
    (reason,) = [entry["detail"] for entry in house.activity() if entry["verb"] == "moved"]
    assert reason == "Flu"


def test_a_cancelled_session_goes_by_the_number_it_had(house: House) -> None:
    house.session("cancelled", session=house.session(number=3), sequence=2, number=None)
    assert lines(house)[-1][1] == "cancelled Session 3, Tue 24 Nov 10:00 CET"


def test_outcomes_and_attendees_are_told(house: House) -> None:
    session = house.session(number=1)
    house.session("missed", session=session, sequence=2, number=1)
    guest = {"session_id": session, "engagement_id": UUID(house.engagement), "email": "mo@example.net", "name": ""}
    house.clock.advance(seconds=1)
    house.harness.feed("scheduling.attendee.added.v1", subject=uuid4(), data=guest, actor=house.admin)
    house.clock.advance(seconds=1)
    named = guest | {"name": "Mo Mentor"}
    house.harness.feed("scheduling.attendee.removed.v1", subject=uuid4(), data=named, actor=house.admin)
    assert lines(house, kind="session")[1:] == [
        ("Judith Okonkwo", "marked Session 1, Tue 24 Nov 10:00 CET as a no-show"),
        ("Admin", "added mo@example.net to Session 1"),
        ("Admin", "removed Mo Mentor from Session 1"),
    ]


def test_answers_to_invites_are_told_by_nobody_in_particular_and_each_session_has_its_own_history(house: House) -> None:
    first, second = house.session(number=1), house.session(number=2)
    guest = {
        "session_id": first,
        "engagement_id": UUID(house.engagement),
        "email": "mo@example.net",
        "name": "Mo Mentor",
    }
    for answer in ("accepted", "tentative"):
        house.clock.advance(seconds=1)
        house.harness.feed("scheduling.attendee.replied.v1", subject=first, data=guest | {"answer": answer})
    assert lines(house, link=f"/sessions/{first}")[1:] == [
        ("Coachworks", "noted that Mo Mentor accepted Session 1"),
        ("Coachworks", "noted that Mo Mentor is not sure about Session 1"),
    ]
    assert len(lines(house, link=f"/sessions/{second}")) == 1


def test_resources_are_told_by_who_gave_them(house: House) -> None:
    resource(house, "shared", house.coach, "Welcome.pdf")
    resource(house, "shared", house.client, "Offer-template-v2.docx")
    resource(house, "removed", house.coach, "Welcome.pdf")
    assert lines(house, by=house.client, kind="resource") == [
        ("Judith Okonkwo", "shared Welcome.pdf in Resources"),
        ("Leila Haddad", "added Offer-template-v2.docx to Resources"),
        ("Judith Okonkwo", "removed Welcome.pdf from Resources"),
    ]
    folder = {"engagement_id": UUID(house.engagement), "folder_id": uuid4(), "name": "Welcome packet"}
    house.harness.feed("documents.folder.shared.v1", subject=uuid4(), data=folder, actor=house.coach)
    assert ("Judith Okonkwo", "shared Welcome packet in Resources") in lines(house, by=house.client, kind="resource")
    assert {entry["link"] for entry in house.activity(kind="resource")} == {
        f"/engagements/{house.engagement}/resources"
    }


def test_invoices_are_told_and_drafts_only_to_staff(house: House) -> None:
    invoice = house.invoice("created", "draft")
    steps = [("updated", "draft"), ("sent", "sent"), ("partially_paid", "partially_paid"), ("updated", "sent")]
    for sequence, (what, state) in enumerate([*steps, ("overdue", "overdue"), ("paid", "paid")], start=2):
        house.clock.advance(seconds=1)
        paid = "500.00" if state == "partially_paid" else "0.00"
        house.invoice(what, state, invoice=invoice, sequence=sequence, paid=paid)
    told = [
        "sent the invoice 2026-0114, €952.00",
        "recorded a payment for the invoice 2026-0114: €500.00 of €952.00 is paid",
        "found the invoice 2026-0114 overdue, €952.00",
        "marked the invoice 2026-0114 as paid, €952.00",
    ]
    drafts = ["drafted an invoice, €952.00", "changed the draft of an invoice, €952.00"]
    assert [text for _, text in lines(house, kind="invoice")] == drafts + told
    assert [text for _, text in lines(house, by=house.client, kind="invoice")] == told
    assert {entry["link"] for entry in house.activity(kind="invoice")} == {f"/invoices/{invoice}"}
    assert {entry["target"] for entry in house.activity(by=house.client, kind="invoice")} == {"2026-0114"}


def test_a_payment_taken_off_and_a_draft_deleted_are_told(house: House) -> None:
    invoice = house.invoice("sent", "sent")
    house.clock.advance(seconds=1)
    house.harness.feed(
        "billing.payment.removed.v1",
        subject=uuid4(),
        data={
            "invoice_id": invoice,
            "engagement_id": UUID(house.engagement),
            "amount": Decimal("500.00"),
            "currency": "CHF",
            "method": "cash",
            "paid_at": INSTANT,
        },
        actor=house.coach,
    )
    house.clock.advance(seconds=1)
    house.invoice("deleted", "draft")
    assert [text for _, text in lines(house, kind="invoice")][1:] == [
        "removed a payment of CHF 500.00 from the invoice 2026-0114",
        "deleted the draft of an invoice, €952.00",
    ]


def test_a_credit_note_is_told_and_an_invoice_that_is_credited_is_not_marked_as_paid(house: House) -> None:
    invoice = house.invoice("sent", "sent")
    house.clock.advance(seconds=1)
    facts = {
        "invoice_id": invoice, "engagement_id": UUID(house.engagement), "client_id": uuid4(), "number": "CN-2026-0001",
        "currency": "EUR", "total": Decimal("952.00"), "tax": Decimal("152.00"), "issued_on": INSTANT.date(),
    }  # fmt: skip
    house.harness.feed("billing.credit_note.issued.v1", subject=uuid4(), data=facts, actor=house.coach)
    house.invoice("paid", "paid", invoice=invoice, sequence=2, credited="952.00", paid="0.00")
    told = [text for _, text in lines(house, by=house.client, kind="invoice")]
    assert told[1:] == ["credited €952.00 of the invoice 2026-0114: credit note CN-2026-0001"]
    assert {entry["link"] for entry in house.activity(kind="invoice")} == {f"/invoices/{invoice}"}


def test_c2_what_became_of_mails_is_told_to_staff_with_the_rule(house: House) -> None:
    sent = mail(house, "sent", subject="Session 3 on Tuesday")
    mail(house, "refused", reason="Leila Haddad has no portal account.", rule="C3")
    mail(house, "failed", reason="The mail server refused the address.")
    mail(house, "cancelled", reason="The session was cancelled.", rule="C6")
    mail(house, "sent", engagement=None)
    entries = house.activity(kind="mail")[::-1]
    assert [(entry["actor"]["name"], entry["text"], entry["detail"]) for entry in entries] == [
        ("Coachworks", "mailed “Session 3 on Tuesday” to Leila Haddad", None),
        ("Coachworks", "did not mail “Your session” to Leila Haddad", "Leila Haddad has no portal account. (C3)"),
        ("Coachworks", "could not mail “Your session” to Leila Haddad", "The mail server refused the address."),
        ("Coachworks", "withheld the mail “Your session” to Leila Haddad", "The session was cancelled. (C6)"),
    ]
    assert (entries[0]["link"], entries[0]["actor"]["role"]) == (f"/notifications/{sent}", "system")
    assert house.activity(by=house.client, kind="mail") == []


def test_own_commands_are_told_in_the_same_transaction(house: House) -> None:
    for call, more in [
        (calls.complete_engagement, {"reason": "Moved abroad."}),
        (calls.reopen_engagement, {}),
        (calls.delete_engagement, {}),
        (calls.restore_engagement, {}),
    ]:
        house.clock.advance(seconds=1)
        house.call(call, {"id": house.engagement, **more})
    told = [text for _, text in lines(house)]
    assert told == [
        "enrolled Leila Haddad in Business Coaching",
        "completed Business Coaching",
        "reopened Business Coaching",
        "deleted Business Coaching",
        "restored Business Coaching",
    ]
    assert [text for _, text in lines(house, by=house.client)] == told[:3]
    (completed,) = [entry for entry in house.activity() if entry["verb"] == "completed"]
    assert (completed["detail"], completed["link"]) == ("Moved abroad.", f"/engagements/{house.engagement}")


def test_every_entry_holds_its_target_and_a_path_of_the_portal(house: House) -> None:
    house.invite()
    house.hold_session()
    resource(house, "shared", house.coach, "Welcome.pdf")
    house.invoice("sent", "sent")
    mail(house, "sent")
    for entry in house.activity():
        assert entry["target"] in entry["text"]
        assert entry["link"].startswith("/")
        assert entry["text"].split()[0].isalpha()


def test_the_log_is_filtered_by_who_did_it_and_read_page_by_page(house: House) -> None:
    for number in range(1, 4):
        house.session(number=number)
    resource(house, "shared", house.client, "Mine.pdf")
    mail(house, "sent")
    assert [entry["kind"] for entry in house.activity()] == [
        "mail",
        "resource",
        "session",
        "session",
        "session",
        "engagement",
    ]
    (mine,) = house.call(calls.list_activity, {"id": house.engagement, "by": "client"})["items"]
    assert mine["text"] == "added Mine.pdf to Resources"
    assert len(house.call(calls.list_activity, {"id": house.engagement, "by": "staff"})["items"]) == 4
    first = house.call(calls.list_activity, {"id": house.engagement, "limit": 4})
    second = house.call(calls.list_activity, {"id": house.engagement, "limit": 4, "cursor": first["next"]})
    times = [entry["at"] for entry in first["items"] + second["items"]]
    assert (len(times), second["next"], times) == (6, None, sorted(times, reverse=True))


def test_an_event_delivered_twice_is_told_once(house: House) -> None:
    event = uuid4()
    session = house.session(event_id=event)
    house.session(session=session, event_id=event)
    assert len(lines(house, kind="session")) == 1


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "Tue 24 Nov 10:00 CET"),
        ("UTC", "Tue 24 Nov 09:00 UTC"),
        ("Asia/Singapore", "Tue 24 Nov 17:00 UTC+08"),
        ("America/New_York", "Tue 24 Nov 04:00 EST"),
    ],
)
def test_c14_a_time_is_told_on_the_wall_clock_of_its_zone_which_is_named(zone: str, words: str) -> None:
    assert when(INSTANT, zone) == words


def test_money_is_told_with_the_sign_that_everybody_knows() -> None:
    assert money(Decimal("1234567.50"), "EUR") == "€1,234,567.50"
    assert money(Decimal("5000"), "JPY") == "¥5,000"
    assert money(Decimal("0.10"), "SEK") == "SEK 0.10"
