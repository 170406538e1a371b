"""Whoever locks something of an engagement locks the engagement first, so that no two wait for each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from contracts.calls import assignments, notes
from contracts.calls import feedback as feedback_calls
from contracts.calls import goals as calls
from contracts.calls import items as item_calls
from tests.service.engagements.house import House
from tests.service.engagements.programs import RAFAEL, do, item_of
from tests.service.engagements.test_feedback import add, answer, ask, links
from tests.service.engagements.test_goals import goal_of, milestone_of
from tests.service.engagements.test_races import at_once

_LOCKED = re.compile(r"\bFROM (\w+).*\bFOR (?:NO KEY )?UPDATE", re.DOTALL)


@contextmanager
def locks(house: House) -> Iterator[list[str]]:
    """The tables whose rows are locked meanwhile, in order. SQLite locks none: its writers come one after another."""
    tables: list[str] = []

    def look(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if found := _LOCKED.search(statement):
            tables.append(found[1])

    engine = house.harness.database.engine
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield tables
    finally:
        event.remove(engine, "before_cursor_execute", look)


def actions(house: House) -> dict[str, Callable[[], Any]]:
    """All that locks a goal, or something of one, each on a goal of its own."""
    one, other = goal_of(house, "One"), goal_of(house, "Other")
    milestone = milestone_of(house, one, "A step")
    first, second = (add(house, one, name) for name in ("Rafael", "Ana"))
    ask(house, one)
    token = links(house)["ana@partner.example"]
    item = item_of(house, "Feedback", "feedback", goal_id=other["id"], to=[RAFAEL])
    return {
        "update_goal": partial(do, house, calls.update_goal, one, name="Lead"),
        "complete_goal": partial(do, house, calls.complete_goal, one),
        "reopen_goal": partial(do, house, calls.reopen_goal, one),
        "create_milestone": partial(milestone_of, house, one, "Another step"),
        "update_milestone": partial(do, house, calls.update_milestone, milestone, name="A small step"),
        "complete_milestone": partial(do, house, calls.complete_milestone, milestone),
        "add_stakeholder": partial(add, house, one, "Vera"),
        "request_feedback": partial(ask, house, one),
        "remove_stakeholder": partial(do, house, feedback_calls.remove_stakeholder, first),
        "answer_feedback": partial(answer, house, token),
        "send_item": partial(do, house, item_calls.send_item, item),
        "delete_milestone": partial(do, house, calls.delete_milestone, milestone),
        "delete_goal": partial(do, house, calls.delete_goal, one),
        "restore_goal": partial(do, house, calls.restore_goal, one),
        "remove_other": partial(do, house, feedback_calls.remove_stakeholder, second),
    }


def actions_on_notes_and_assignments(house: House) -> dict[str, Callable[[], Any]]:
    """All that locks a note or an assignment, or something of one."""
    house.activate()
    note = house.call(notes.create_note, {"engagement_id": house.engagement, "title": "Values"})
    other = house.call(notes.create_note, {"engagement_id": house.engagement, "title": "Fears"})
    task = house.call(assignments.create_assignment, {"engagement_id": house.engagement, "name": "Read"})
    link = {"id": task["id"], "url": "https://example.org"}
    file = house.call(assignments.add_assignment_file, link)
    comment = {"id": note["id"], "body": "Well seen."}
    order = {"id": house.engagement, "ids": [note["id"], other["id"]]}
    return {
        "update_note": partial(do, house, notes.update_note, note, body="<p>Calm</p>"),
        "share_note": partial(do, house, notes.share_note, note),
        "add_note_comment": partial(house.call, notes.add_note_comment, comment),
        "delete_comment": lambda: house.call(notes.delete_comment, {"id": comments(house, note)[0]["id"]}),
        "unshare_note": partial(do, house, notes.unshare_note, note),
        "order_notes": partial(house.call, notes.order_notes, order),
        "delete_note": partial(do, house, notes.delete_note, note),
        "restore_note": partial(do, house, notes.restore_note, note),
        "update_assignment": partial(do, house, assignments.update_assignment, task, name="Read twice"),
        "complete_assignment": partial(do, house, assignments.complete_assignment, task),
        "reopen_assignment": partial(do, house, assignments.reopen_assignment, task),
        "add_assignment_file": partial(house.call, assignments.add_assignment_file, link),
        "remove_assignment_file": partial(do, house, assignments.remove_assignment_file, file),
        "delete_assignment": partial(do, house, assignments.delete_assignment, task),
        "restore_assignment": partial(do, house, assignments.restore_assignment, task),
    }


def comments(house: House, note: Any) -> list[Any]:
    found: list[Any] = house.call(notes.list_note_comments, {"id": note["id"]})["items"]
    return found


@pytest.mark.parametrize("acting", [actions, actions_on_notes_and_assignments])
def test_all_that_changes_something_of_an_engagement_locks_the_engagement_first(
    house: House, acting: Callable[[House], dict[str, Callable[[], Any]]]
) -> None:
    is_postgresql = house.harness.database.engine.dialect.name == "postgresql"
    for name, action in acting(house).items():
        with locks(house) as locked:
            action()
        assert locked[:1] == (["engagement"] if is_postgresql else []), f"{name}: {locked}"


def test_feedback_of_an_item_and_changes_of_its_goal_at_once_wait_for_nobody_in_a_circle(house: House) -> None:
    for number in range(5):
        goal = goal_of(house, f"Goal {number}")
        milestone = milestone_of(house, goal, "A step")
        item = item_of(house, f"Feedback {number}", "feedback", goal_id=goal["id"], to=[RAFAEL])
        outcomes = at_once(
            partial(do, house, item_calls.send_item, item),
            partial(do, house, calls.update_goal, goal, name=f"Lead {number}"),
            partial(house.call, feedback_calls.add_stakeholder, {"id": goal["id"], "email": "ana@client.example"}),
            partial(do, house, calls.order_milestones, goal, ids=[milestone["id"]]),
            partial(do, house, calls.update_milestone, milestone, name="A small step"),
        )
        assert outcomes == {"done": 5}
