"""The start page: what needs a coach today; for a client what comes next."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from flask.typing import ResponseReturnValue

from contracts.calls import billing, calendars, engagements, goals, scheduling
from gateway.asking import Json, identity
from gateway.portal import client_home, clock, show
from gateway.portal.pages import SIGNED_IN, Pages

pages = Pages()

_UNPAID = ("overdue", "partially_paid", "sent")
_SHOWN = 5
_TODOS = 8


@pages.get("/", SIGNED_IN)
def start() -> ResponseReturnValue:
    who = identity()
    assert who is not None
    if who.role == "client":
        return client_home.home(_greeting())
    return _dashboard({} if who.role == "admin" else {"coach_id": who.person["id"]})


def _dashboard(whose: Json) -> ResponseReturnValue:
    """An admin sees the sessions of all coaches, a coach own ones: `whose` says it to list_sessions."""
    now = clock.now()
    midnight, sunday = clock.start_of_day(now), clock.start_of_next_week(now)
    next_sunday = clock.start_of_next_week(sunday)

    fortnight = {"from": clock.as_text(midnight), "to": clock.as_text(next_sunday), "limit": 200}
    found = show.look(
        coming=(scheduling.list_sessions, {**fortnight, **whose}),
        unsettled=(scheduling.list_sessions, {"unsettled": True, "limit": 50, **whose}),
        own=(calendars.get_calendar, {}),
        todos=(goals.list_todos, {"limit": _TODOS}),
        quiet=(engagements.list_engagements, {"quiet": True, "limit": _SHOWN}),
        **{state: (billing.list_invoices, {"state": state, "limit": 200}) for state in _UNPAID},
    )
    coming = found.items("coming")
    next_midnight = clock.start_of_day(midnight + dt.timedelta(hours=36))
    open_ones = [session for session in coming if session["state"] == "scheduled"] if coming else []
    following = next((session for session in open_ones if session["ends_at"] > now), None)
    later = [session for session in coming if session["starts_at"] >= next_midnight] if coming else []
    this_week = [session for session in later if session["starts_at"] < sunday]
    return show.page(
        "pages/dashboard.html",
        greeting=_greeting(),
        today=_open_first(coming, next_midnight) if coming else coming,
        week_title="Later this week" if this_week else "Next week",
        week=this_week or later,
        next=following,
        soon=following is not None and following["starts_at"] - now <= dt.timedelta(hours=1),
        unsaid=found.items("unsettled"),
        own=found.part("own"),
        todos=found.part("todos"),
        quiet=found.part("quiet"),
        unpaid=_unpaid([found.items(state) for state in _UNPAID]),
    )


def _open_first(coming: list[Any], next_midnight: dt.datetime) -> list[Any]:
    """Today's sessions by start, those that are over with at the end."""
    today = [session for session in coming if session["starts_at"] < next_midnight]
    return sorted(today, key=lambda session: session["state"] != "scheduled")


def _unpaid(lists: list[Any]) -> Any:
    """Overdue ones first, the oldest on top; sums per currency, since no two currencies add up."""
    for one in lists:
        if isinstance(one, show.Down):
            return one
    invoices = [invoice for one in lists for invoice in one]
    invoices.sort(key=lambda invoice: (invoice["state"] != "overdue", invoice["due_date"] or dt.date.max))
    sums: dict[str, dict[str, Any]] = {}
    for invoice in invoices:
        sum_ = sums.setdefault(
            invoice["currency"], {"currency": invoice["currency"], "open": Decimal(0), "overdue": Decimal(0)}
        )
        sum_["open"] += invoice["balance"]
        if invoice["state"] == "overdue":
            sum_["overdue"] += invoice["balance"]
    return {"count": len(invoices), "sums": list(sums.values()), "items": invoices[:_SHOWN]}


def _greeting() -> str:
    hour = clock.local(clock.now()).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
