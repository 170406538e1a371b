"""How the activity log words what other services tell of. Pure: an event in, a line out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
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


def session_line(event: Event, before: dict[str, Any] | None) -> Line | None:
    """The line of a session's event. `before` is what was known of its title and place; None is no line at all:
    a change that neither title nor place shows (its attendees have lines of their own)."""
    data = event.data
    title = data["title"]
    full = f"{title}, {when(data['starts_at'], data['time_zone'])}"
    link = f"/sessions/{event.subject}"
    match event.type.split(".")[2]:
        case "scheduled":
            return Line("session", "scheduled", f"scheduled {full}", full, link)
        case "rescheduled":
            old = _day(data["previous_starts_at"].astimezone(ZoneInfo(data["time_zone"])))
            new = when(data["starts_at"], data["time_zone"])
            return Line("session", "moved", f"moved {title} from {old} to {new}", title, link, data["reason"])
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
        return Line("session", "renamed", f"renamed {before['title']} to {full}", full, link)
    return None


def attendee_line(event: Event, title: str | None) -> Line:
    """The line of an attendee's event; `title` is the session's, None where it is not known yet."""
    data = event.data
    who, target = data["name"] or data["email"], title or "a session"
    link = f"/sessions/{data['session_id']}"
    if event.type.split(".")[2] == "added":
        return Line("session", "added", f"added {who} to {target}", target, link)
    return Line("session", "removed", f"removed {who} from {target}", target, link)


# Invoices

_STAFF_ONLY_INVOICE: dict[str, tuple[str, Callable[[str], str]]] = {
    "created": ("drafted", lambda name: f"drafted {name}"),
    "updated": ("changed", lambda name: f"changed the draft of {name}"),
    "deleted": ("deleted", lambda name: f"deleted the draft of {name}"),
}


def invoice_line(event: Event) -> Line | None:
    """The line of an invoice's event. What happens to a draft is for staff. Part payments have lines as payments."""
    data, what = event.data, event.type.split(".")[2]
    amount, link = money(data["total"], data["currency"]), f"/invoices/{event.subject}"
    if what in _STAFF_ONLY_INVOICE:
        verb, say = _STAFF_ONLY_INVOICE[what]
        target = "an invoice"
        where = f"/engagements/{data['engagement_id']}/invoices" if what == "deleted" else link
        return Line("invoice", verb, f"{say(target)}, {amount}", target, where, client_sees=False)
    number = data["number"]
    match what:
        case "sent":
            return Line("invoice", "sent", f"sent the invoice {number}, {amount}", number, link)
        case "paid":
            return Line("invoice", "paid", f"marked the invoice {number} as paid, {amount}", number, link)
        case "overdue":
            return Line("invoice", "overdue", f"found the invoice {number} overdue, {amount}", number, link)
        case "voided":
            return Line("invoice", "voided", f"voided the invoice {number}, {amount}", number, link)
    return None


def payment_line(event: Event, number: str | None) -> Line | None:
    """The line of a payment's event; `number` is the invoice's, None where it is not known yet."""
    data, what = event.data, event.type.split(".")[2]
    amount, link = money(data["amount"], data["currency"]), f"/invoices/{data['invoice_id']}"
    target = number or "an invoice"
    the = f"the invoice {number}" if number else target
    match what:
        case "recorded":
            return Line("invoice", "recorded", f"recorded a payment of {amount} for {the}", target, link)
        case "removed":
            return Line("invoice", "removed", f"removed a payment of {amount} from {the}", target, link)
    return None


# Resources


def resource_line(event: Event) -> Line:
    """The line of a file that was shared into the engagement or taken out of it."""
    data = event.data
    name, link = data["name"], f"/engagements/{data['engagement_id']}/resources"
    if event.type.split(".")[2] == "removed":
        return Line("resource", "removed", f"removed {name} from Resources", name, link)
    if data["by_client"]:
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
