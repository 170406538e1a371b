"""How the activity log words what other services tell of. Pure: an event in, a line out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from contracts.envelope import Event

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGNS = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}


@dataclass(frozen=True)
class Line:
    """One entry without its actor and time; see `activity.operations.record`."""

    kind: str
    verb: str
    text: str
    target: str
    link: str
    detail: str | None = None
    client_sees: bool = True


def when(instant: dt.datetime, zone: str) -> str:
    """`Tue 24 Nov 10:00 CET`: the wall clock of the zone that it was meant in, named (C14)."""
    local = instant.astimezone(ZoneInfo(zone))
    name = local.tzname() or ""
    return f"{_day(local)} {name if name.isalpha() else f'UTC{name}'}"


def _day(local: dt.datetime) -> str:
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"


def money(amount: Decimal, currency: str) -> str:
    """`€952.00`, or `CHF 952.00` where there is no sign that everybody knows."""
    return f"{_SIGNS.get(currency, currency + ' ')}{amount:,f}"


# Sessions


def session_name(data: dict[str, Any], program_name: str, earlier: str | None) -> str:
    """What a session is called: by its title, or `Session 3` where that is only the program's name. One that was
    cancelled has no number any more and goes by its `earlier` name."""
    if data["title"] != program_name:
        return str(data["title"])
    return f"Session {data['number']}" if data["number"] is not None else earlier or "Session"


def session_line(event: Event, name: str, before: dict[str, Any] | None) -> Line | None:
    """The line of a session's event. `before` is what was known of its title, name and place, None if nothing was.

    No line at all for an update that changed none of them: attendees have lines of their own.
    """
    data = event.data
    full = f"{name}, {when(data['starts_at'], data['time_zone'])}"
    link = f"/sessions/{event.subject}"
    match event.type.split(".")[2]:
        case "scheduled":
            return Line("session", "scheduled", f"scheduled {full}", full, link)
        case "rescheduled":
            old = _day(data["previous_starts_at"].astimezone(ZoneInfo(data["time_zone"])))
            new = when(data["starts_at"], data["time_zone"])
            return Line("session", "moved", f"moved {name} from {old} to {new}", name, link, data["reason"])
        case "updated":
            return _changed_session(data, before, full, link)
        case "cancelled":
            return Line("session", "cancelled", f"cancelled {full}", full, link, data["reason"])
        case "completed":
            return Line("session", "completed", f"completed {full}", full, link)
        case "missed":
            return Line("session", "missed", f"marked {full} as a no-show", full, link)
    return None


def _changed_session(data: dict[str, Any], before: dict[str, Any] | None, full: str, link: str) -> Line | None:
    if before is None:
        return Line("session", "changed", f"changed {full}", full, link)
    if before["location"] != data["location"]:
        return Line("session", "changed", f"changed the place of {full}", full, link)
    if before["title"] != data["title"]:
        return Line("session", "renamed", f"renamed {before['name']} to {full}", full, link)
    return None


def attendee_line(event: Event, session: str | None) -> Line:
    """The line of an attendee's event; `session` is what that is called, None where it is not known yet."""
    data = event.data
    who, target = data["name"] or data["email"], session or "a session"
    link = f"/sessions/{data['session_id']}"
    happened = event.type.split(".")[2]
    if happened == "replied":
        verb = "is not sure about" if data["answer"] == "tentative" else data["answer"]
        return Line("session", "noted", f"noted that {who} {verb} {target}", target, link)
    if happened == "added":
        return Line("session", "added", f"added {who} to {target}", target, link)
    return Line("session", "removed", f"removed {who} from {target}", target, link)


# Invoices


def invoice_line(event: Event) -> Line | None:
    """The line of an invoice's event. What happens to a draft is for staff; a payment shows by what it made of the
    invoice, and one that was removed has a line of its own, as a credit note has."""
    data, link = event.data, f"/invoices/{event.subject}"
    total, number = money(data["total"], data["currency"]), data["number"]
    draft = "an invoice"
    match event.type.split(".")[2]:
        case "created":
            return Line("invoice", "drafted", f"drafted {draft}, {total}", draft, link, client_sees=False)
        case "updated" if data["state"] == "draft":
            return Line("invoice", "changed", f"changed the draft of {draft}, {total}", draft, link, client_sees=False)
        case "deleted":
            link = f"/engagements/{data['engagement_id']}/invoices"
            return Line("invoice", "deleted", f"deleted the draft of {draft}, {total}", draft, link, client_sees=False)
        case "sent":
            return Line("invoice", "sent", f"sent the invoice {number}, {total}", number, link)
        case "partially_paid":
            paid = money(data["paid"], data["currency"])
            text = f"recorded a payment for the invoice {number}: {paid} of {total} is paid"
            return Line("invoice", "recorded", text, number, link)
        case "paid" if data["credited"] and not data["paid"]:
            return None  # the credit note has a line of its own
        case "paid":
            return Line("invoice", "paid", f"marked the invoice {number} as paid, {total}", number, link)
        case "overdue":
            return Line("invoice", "overdue", f"found the invoice {number} overdue, {total}", number, link)
        case "voided":
            return Line("invoice", "voided", f"voided the invoice {number}, {total}", number, link)
    return None


def payment_removed_line(event: Event, number: str | None) -> Line:
    """The line of a payment that was taken off; `number` is the invoice's, None where it is not known yet."""
    data = event.data
    target = number or "an invoice"
    the = f"the invoice {number}" if number else target
    text = f"removed a payment of {money(data['amount'], data['currency'])} from {the}"
    return Line("invoice", "removed", text, target, f"/invoices/{data['invoice_id']}")


def credit_note_line(event: Event, number: str | None) -> Line:
    """The line of a credit note; `number` is its invoice's, None where that is not known yet."""
    data = event.data
    the = f"the invoice {number}" if number else "an invoice"
    text = f"credited {money(data['total'], data['currency'])} of {the}: credit note {data['number']}"
    return Line("invoice", "credited", text, number or data["number"], f"/invoices/{data['invoice_id']}")


# Resources


def resource_line(event: Event) -> Line:
    """The line of a file or a folder that was shared into the engagement or taken out of it."""
    data = event.data
    name, link = data["name"], f"/engagements/{data['engagement_id']}/resources"
    if event.type.split(".")[2] == "removed":
        return Line("resource", "removed", f"removed {name} from Resources", name, link)
    if data.get("by_client"):
        return Line("resource", "added", f"added {name} to Resources", name, link)
    return Line("resource", "shared", f"shared {name} in Resources", name, link)


# Mail

_MAIL = {
    "sent": ("mailed", "mailed “{}” to {}"),
    "failed": ("failed", "could not mail “{}” to {}"),
    "refused": ("refused", "did not mail “{}” to {}"),
    "cancelled": ("withheld", "withheld the mail “{}” to {}"),
}


def mail_line(event: Event) -> Line:
    """The line of what became of a mail, for staff; the reason and its rule are the second line."""
    data = event.data
    verb, sentence = _MAIL[event.type.split(".")[2]]
    text = sentence.format(data["subject"], data["recipient_name"] or data["recipient"])
    reason = data["reason"]
    if reason and data["rule"]:
        reason = f"{reason} ({data['rule']})"
    return Line("mail", verb, text, data["subject"], f"/notifications/{event.subject}", reason, client_sees=False)
