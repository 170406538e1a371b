"""Completed sessions are offered to be invoiced, once each."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from contracts.actor import Actor
from contracts.calls import billing as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from tests.service.billing.conftest import Desk
from tests.support import people


def offered(desk: Desk, actor: Actor | None = None) -> list[dict[str, Any]]:
    wanted = {"engagement_id": str(desk.engagement)}
    found = desk.billing.call(calls.list_billable_sessions, wanted, actor=actor or desk.coach)
    items: list[dict[str, Any]] = found["items"]
    return items


def lines(*sessions: str) -> list[dict[str, Any]]:
    return [
        {"description": "Coaching", "quantity": "1", "unit_price": "150", "session_id": session} for session in sessions
    ]


def test_completed_sessions_are_offered_oldest_first(desk: Desk) -> None:
    later = desk.held("Second", starts_at=dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC), number=2)
    first = desk.held("First")
    desk.held("Elsewhere", engagement=uuid4())

    assert [each["id"] for each in offered(desk)] == [first, later]
    assert offered(desk)[0] == {
        "id": first,
        "title": "First",
        "number": 1,
        "starts_at": "2026-11-20T09:00:00Z",
        "ends_at": "2026-11-20T10:00:00Z",
        "time_zone": "Europe/Berlin",
    }


def test_a_session_on_an_invoice_is_not_offered_until_that_is_deleted_or_void(desk: Desk) -> None:
    session = desk.held()
    draft = desk.draft(lines=lines(session))
    assert draft["lines"][0]["session_id"] == session
    assert offered(desk) == []
    desk.do(calls.delete_invoice, draft)
    assert [each["id"] for each in offered(desk)] == [session]

    sent = desk.sent(lines=lines(session))
    assert offered(desk) == []
    desk.do(calls.void_invoice, sent)
    assert [each["id"] for each in offered(desk)] == [session]


def test_what_is_written_anew_keeps_its_sessions(desk: Desk) -> None:
    session = desk.held()
    draft = desk.do(calls.replace_invoice, desk.sent(lines=lines(session)))
    assert draft["lines"][0]["session_id"] == session
    assert offered(desk) == []


def test_a_line_that_is_dropped_frees_its_session_and_another_keeps_its_own(desk: Desk) -> None:
    one, two = desk.held("One"), desk.held("Two")
    draft = desk.draft(lines=lines(one, two))
    desk.do(calls.update_invoice, draft, lines=lines(two))
    assert [each["id"] for each in offered(desk)] == [one]
    desk.do(calls.update_invoice, draft, notes="Thank you.")
    assert [each["id"] for each in offered(desk)] == [one]


def test_a_session_is_on_one_invoice_at_most(desk: Desk) -> None:
    session = desk.held("Session of November")
    desk.draft(lines=lines(session))
    with pytest.raises(Conflict, match="Invoiced already: Session of November"):
        desk.draft(lines=lines(session))
    with pytest.raises(Invalid) as refused:
        desk.draft(lines=lines(desk.held(), session, session))
    assert list(refused.value.errors) == ["lines"]


def test_of_many_who_invoice_a_session_at_once_one_does(desk: Desk) -> None:
    session = desk.held()
    together = Barrier(6)

    def write(_: int) -> bool:
        together.wait()
        try:
            return bool(desk.draft(lines=lines(session)))
        except Conflict:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(write, range(6))) == [False] * 5 + [True]


def test_a_session_must_be_completed_and_of_the_engagement(desk: Desk) -> None:
    for session in (str(uuid4()), desk.held(engagement=uuid4())):
        with pytest.raises(NotFound, match="no such completed session") as refused:
            desk.draft(lines=lines(session))
        assert refused.value.awaited


def test_c22_only_staff_of_the_engagement_are_offered_its_sessions(desk: Desk) -> None:
    desk.held()
    assert len(offered(desk, people.ADMIN)) == 1
    with pytest.raises(NotFound):
        offered(desk, people.coach("Samuel Adler"))
    with pytest.raises(Forbidden):
        offered(desk, desk.client)
