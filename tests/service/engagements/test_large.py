"""An engagement with 500 notes, 2,000 activities and hundreds of everything else: lists go page by page by cursor, and
a longer page costs no more questions to the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from contracts.calls import Call, assignments, goals, notes
from contracts.calls import engagements as calls
from services.engagements.activity.models import Activity
from services.engagements.assignments.models import Assignment, AssignmentFile
from services.engagements.comments.models import Comment
from services.engagements.goals.models import Goal, Milestone
from services.engagements.notes.models import Note, NoteWords
from services.engagements.people.models import Person
from tests.service.engagements.house import House

NOTES, ACTIVITIES, GOALS, COMMENTS = 500, 2_000, 120, 300


@pytest.fixture
def large(house: House) -> House:
    """Written straight into the tables: what is measured is reading."""
    engagement, now = UUID(house.engagement), house.clock.now()
    with house.harness.runtime.work() as work:
        coach = work.session.get_one(Person, house.coach.id)
        for number in range(NOTES):
            words = NoteWords(words=f"note {number} calm")
            note = Note(engagement_id=engagement, coach_id=coach.id, title=f"Note {number}", body="<p>calm</p>",
                        words=words, shared=number % 2 == 0, position=number, edited_at=now)  # fmt: skip
            work.add(note)
        for number in range(ACTIVITIES):
            work.add(Activity(engagement_id=engagement, at=now - dt.timedelta(minutes=number), actor_id=coach.id,
                              actor_role="coach", kind="note", verb="edited", text="edited the note", target="note",
                              link="/x", detail=None, client_sees=number % 2 == 0))  # fmt: skip
        for number in range(GOALS):
            goal = work.add(Goal(engagement_id=engagement, name=f"Goal {number}", description="", due_date=now.date(),
                                 term=None, by_client=False))  # fmt: skip
            work.add(Milestone(goal=goal, name="Step", due_date=now.date(), position=0))
            files = [work.add(AssignmentFile(url="https://example.org", title="x", message=""))]
            work.add(Assignment(engagement_id=engagement, name=f"Task {number}", description="", due_date=now.date(),
                                files=files))  # fmt: skip
        for _ in range(COMMENTS):
            work.add(Comment(engagement_id=engagement, place="note", place_id=note.id, author=coach, body="Yes."))
    house.note = str(note.id)  # type: ignore[attr-defined]
    return house


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note_down(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(house.harness.database.engine, "before_cursor_execute", note_down)
    yield asked
    event.remove(house.harness.database.engine, "before_cursor_execute", note_down)


def pages(house: House, call: Call, given: dict[str, Any], limit: int, **options: Any) -> list[dict[str, Any]]:
    """All that a list holds, page after page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = house.call(call, {**given, "limit": limit, "cursor": cursor}, **options)
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def test_lists_of_a_large_engagement_page_by_cursor_and_ask_no_more_for_a_longer_page(large: House) -> None:
    of = {"engagement_id": large.engagement}
    lists: dict[Call, tuple[dict[str, Any], int]] = {
        notes.list_notes: (of, NOTES),
        notes.list_client_notes: ({"id": str(large.client.id)}, NOTES),
        calls.list_activity: ({"id": large.engagement}, ACTIVITIES),
        goals.list_goals: (of, GOALS),
        assignments.list_assignments: (of, GOALS),
        goals.list_todos: ({}, 3 * GOALS),
        notes.list_note_comments: ({"id": large.note}, COMMENTS),  # type: ignore[attr-defined]
    }
    for call, (given, total) in lists.items():
        counted = []
        for limit in (5, 100):
            with statements(large) as asked:
                large.call(call, {**given, "limit": limit})
            counted.append(len(asked))
        assert counted[0] == counted[1], call.path
        found = pages(large, call, given, 200)
        ids = {each["id"] for each in found}
        assert len(ids) == len(found), call.path
        assert len(found) in (total, total + 1), call.path  # enrolling is in the log too


def test_whole_text_search_pages_too_and_a_client_pages_through_its_half(large: House) -> None:
    of = {"engagement_id": large.engagement}
    assert len(pages(large, notes.list_notes, {**of, "q": "calm"}, 100)) == NOTES
    assert len(pages(large, notes.list_notes, of, 100, by=large.client)) == NOTES // 2
    activity = pages(large, calls.list_activity, {"id": large.engagement}, 200, by=large.client)
    assert ACTIVITIES // 2 <= len(activity) <= ACTIVITIES // 2 + 1
