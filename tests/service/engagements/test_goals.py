"""Goals and milestones (rules S2.42–S2.59, C17)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.calls import assignments as assignment_calls
from contracts.calls import engagements as engagement_calls
from contracts.calls import goals as calls
from contracts.calls import notes as note_calls
from contracts.errors import Conflict, Invalid, NotFound, Stale
from services.engagements.goals.models import Goal, Milestone
from tests.service.engagements.house import House


def goal_of(house: House, name: str = "Lead with calm", **given: Any) -> dict[str, Any]:
    by = given.pop("by", None)
    return house.call(calls.create_goal, {"engagement_id": house.engagement, "name": name, **given}, by=by)


def milestone_of(house: House, goal: dict[str, Any], name: str, **given: Any) -> dict[str, Any]:
    return house.call(calls.create_milestone, {"goal_id": goal["id"], "name": name, **given})


def seen(house: House, goal: dict[str, Any], **options: Any) -> dict[str, Any]:
    return house.call(calls.get_goal, {"id": goal["id"]}, **options)


def named(goal: dict[str, Any]) -> list[str]:
    return [milestone["name"] for milestone in goal["milestones"]]


def test_s2_42_s2_44_a_goal_has_a_name_a_description_a_due_date_and_a_term(house: House) -> None:
    goal = goal_of(house, description="In every meeting", due_date="2026-12-18", term="mid")
    shown = seen(house, goal)
    assert shown | {"version": 1} == goal
    assert (shown["name"], shown["description"]) == ("Lead with calm", "In every meeting")
    assert (shown["due_date"], shown["term"], shown["state"]) == ("2026-12-18", "mid", "active")


def test_s2_43_active_goals_can_be_listed_apart(house: House) -> None:
    done, open_ = goal_of(house, "Done"), goal_of(house, "Open")
    house.call(calls.complete_goal, {"id": done["id"]})

    def names(**state: str) -> list[str]:
        listed = house.call(calls.list_goals, {"engagement_id": house.engagement, **state})
        return [goal["name"] for goal in listed["items"]]

    assert (names(state="active"), names(state="completed")) == (["Open"], ["Done"])
    assert sorted(names()) == ["Done", "Open"]
    assert open_["state"] == "active"


def test_s2_46_s2_47_a_goal_of_either_side_shows_on_both(house: House) -> None:
    mine, yours = goal_of(house, "By the client", by=house.client), goal_of(house, "By the coach")
    assert (mine["by_client"], yours["by_client"]) == (True, False)
    for who in (house.coach, house.client, house.admin):
        listed = house.call(calls.list_goals, {"engagement_id": house.engagement}, by=who)
        assert {goal["name"] for goal in listed["items"]} == {"By the client", "By the coach"}


def test_c17_s2_52_a_client_may_do_with_a_goal_whatever_the_coach_may(house: House) -> None:
    goal, by = goal_of(house), house.client
    milestone = house.call(calls.create_milestone, {"goal_id": goal["id"], "name": "First"}, by=by)
    assert house.call(calls.update_goal, {"id": goal["id"], "name": "Lead well"}, by=by)["name"] == "Lead well"
    assert house.call(calls.complete_milestone, {"id": milestone["id"]}, by=by)["state"] == "completed"
    assert house.call(calls.complete_goal, {"id": goal["id"]}, by=by)["state"] == "completed"
    assert house.call(calls.reopen_goal, {"id": goal["id"]}, by=by)["state"] == "active"
    house.call(calls.delete_milestone, {"id": milestone["id"]}, by=by)
    house.call(calls.delete_goal, {"id": goal["id"]}, by=by)
    with pytest.raises(NotFound):
        seen(house, goal)


def test_c17_completing_the_last_milestone_does_not_complete_the_goal(house: House) -> None:
    goal = goal_of(house)
    milestone = milestone_of(house, goal, "The only one")
    house.call(calls.complete_milestone, {"id": milestone["id"]})
    shown = seen(house, goal)
    assert shown["state"] == "active"
    assert [each["state"] for each in shown["milestones"]] == ["completed"]


def test_s2_50_s2_57_what_was_deleted_can_be_brought_back(house: House) -> None:
    goal = goal_of(house)
    first, second = milestone_of(house, goal, "First"), milestone_of(house, goal, "Second")
    house.call(calls.delete_milestone, {"id": first["id"]})
    assert named(seen(house, goal)) == ["Second"]
    house.call(calls.restore_milestone, {"id": first["id"]})
    assert named(seen(house, goal)) == ["First", "Second"]
    house.call(calls.delete_goal, {"id": goal["id"]})
    with pytest.raises(NotFound):
        house.call(calls.complete_milestone, {"id": second["id"]})
    assert named(house.call(calls.restore_goal, {"id": goal["id"]})) == ["First", "Second"]


def test_what_was_deleted_thirty_days_ago_is_gone(house: House) -> None:
    goal = goal_of(house)
    house.call(calls.delete_goal, {"id": goal["id"]})
    house.clock.advance(seconds=30 * 24 * 3600)
    with pytest.raises(NotFound):
        house.call(calls.restore_goal, {"id": goal["id"]})


def test_s2_51_a_goal_is_completed_once_and_reopened_once(house: House) -> None:
    goal = {"id": goal_of(house)["id"]}
    with pytest.raises(Conflict):
        house.call(calls.reopen_goal, goal)
    house.call(calls.complete_goal, goal)
    with pytest.raises(Conflict):
        house.call(calls.complete_goal, goal)
    assert house.call(calls.reopen_goal, goal)["completed_at"] is None


def test_s2_56_a_milestones_name_and_due_date_can_be_changed(house: House) -> None:
    milestone = milestone_of(house, goal_of(house), "First")
    changes = {"id": milestone["id"], "name": "One", "due_date": "2026-12-01"}
    changed = house.call(calls.update_milestone, changes)
    assert (changed["name"], changed["due_date"]) == ("One", "2026-12-01")


def test_s2_59_milestones_are_put_in_any_order_and_only_all_of_them(house: House) -> None:
    goal = goal_of(house)
    ids = [milestone_of(house, goal, name)["id"] for name in ("A", "B", "C")]
    ordered = house.call(calls.order_milestones, {"id": goal["id"], "ids": [ids[2], ids[0], ids[1]]})
    assert named(ordered) == ["C", "A", "B"]
    for wrong in (ids[:2], [*ids, str(uuid4())], [ids[0], ids[0], ids[1]]):
        with pytest.raises(Invalid):
            house.call(calls.order_milestones, {"id": goal["id"], "ids": wrong})
    assert named(seen(house, goal)) == ["C", "A", "B"]


@settings(deadline=None)
@given(st.integers(1, 8), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12))
def test_s2_59_any_sequence_of_moves_keeps_each_milestone_once(count: int, moves: list[tuple[int, int]]) -> None:
    goal = Goal(all_milestones=[Milestone(id=uuid4(), position=place, deleted_at=None) for place in range(count)])
    expected = [milestone.id for milestone in goal.milestones]
    for source, target in moves:
        expected.insert(target % count, expected.pop(source % count))
        goal.put_in_order(list(expected))
        assert [milestone.id for milestone in goal.milestones] == expected
    assert sorted(milestone.position for milestone in goal.milestones) == list(range(count))


@given(
    st.integers(min_value=1, max_value=6), st.lists(st.tuples(st.sampled_from("mdr"), st.integers(0, 9)), max_size=20)
)
def test_s2_59_moves_deletions_and_restores_leave_each_milestone_a_place_of_its_own(
    count: int, steps: list[tuple[str, int]]
) -> None:
    goal = Goal(all_milestones=[Milestone(id=uuid4(), position=place, deleted_at=None) for place in range(count)])
    now = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
    for step, which in steps:
        there, gone = goal.milestones, [each for each in goal.all_milestones if each.deleted_at]
        if step == "m" and there:
            ids = [each.id for each in there]
            ids.insert(0, ids.pop(which % len(ids)))
            goal.put_in_order(ids)
            assert [each.id for each in goal.milestones] == ids
        elif step == "d" and there:
            there[which % len(there)].delete(now)
        elif step == "r" and gone:
            gone[which % len(gone)].restore(now)
        assert sorted(each.position for each in goal.all_milestones) == list(range(count))


def test_s2_57_a_milestone_restored_after_the_others_were_put_in_order_comes_last_and_stays_there(house: House) -> None:
    goal = goal_of(house)
    a, b, c = (milestone_of(house, goal, name)["id"] for name in "ABC")
    house.call(calls.delete_milestone, {"id": b})
    house.clock.advance(seconds=1)
    house.call(calls.order_milestones, {"id": goal["id"], "ids": [c, a]})
    assert house.activity()[0]["text"] == "put the milestones of the goal Lead with calm in order"
    house.call(calls.restore_milestone, {"id": b})
    for changed in (a, b, c):
        house.call(calls.update_milestone, {"id": changed, "due_date": "2026-12-01"})
        assert named(seen(house, goal)) == ["C", "A", "B"]


def test_what_was_deleted_is_not_there_whatever_version_is_named(house: House) -> None:
    goal = goal_of(house)
    milestone = milestone_of(house, goal, "First")
    house.call(calls.delete_milestone, {"id": milestone["id"]})
    with pytest.raises(NotFound):
        house.call(calls.update_milestone, {"id": milestone["id"], "name": "x"}, if_match=1)
    house.call(calls.delete_goal, {"id": goal["id"]})
    with pytest.raises(NotFound):
        house.call(calls.update_goal, {"id": goal["id"], "name": "x"}, if_match=1)


def test_a_stale_version_changes_nothing(house: House) -> None:
    goal = goal_of(house)
    house.call(calls.update_goal, {"id": goal["id"], "name": "Newer"}, if_match=1)
    with pytest.raises(Stale):
        house.call(calls.update_goal, {"id": goal["id"], "name": "Older"}, if_match=1)
    assert seen(house, goal)["name"] == "Newer"


def test_c22_nobody_else_sees_or_touches_a_goal(house: House) -> None:
    goal = goal_of(house)
    milestone = milestone_of(house, goal, "First")
    others = [house.coach_called("Other Coach"), house.client_called("Other Client")]
    of_goal = [
        calls.get_goal, calls.update_goal, calls.complete_goal, calls.reopen_goal, calls.delete_goal,
        calls.restore_goal, calls.order_milestones,
    ]  # fmt: skip
    of_milestone = [
        calls.update_milestone, calls.complete_milestone, calls.reopen_milestone, calls.delete_milestone,
        calls.restore_milestone,
    ]  # fmt: skip
    for who in others:
        for call in of_goal:
            more = {"ids": []} if call is calls.order_milestones else {}
            with pytest.raises(NotFound):
                house.call(call, {"id": goal["id"], **more}, by=who)
        for call in of_milestone:
            with pytest.raises(NotFound):
                house.call(call, {"id": milestone["id"]}, by=who)
        with pytest.raises(NotFound):
            house.call(calls.list_goals, {"engagement_id": house.engagement}, by=who)
        with pytest.raises(NotFound):
            house.call(calls.create_milestone, {"goal_id": goal["id"], "name": "Mine"}, by=who)
        with pytest.raises(NotFound):
            goal_of(house, by=who)


def test_s2_55_an_active_client_is_mailed_and_an_internal_record_never(house: House) -> None:
    goal_of(house, "For an Internal Record")
    assert house.harness.requests("goal_created") == []
    house.activate()
    goal_of(house, "By the client itself", by=house.client)
    assert house.harness.requests("goal_created") == []
    goal = goal_of(house, "For an active client")
    (request,) = house.harness.requests("goal_created")
    assert request["trigger"]["origin"] == "automatic"
    assert str(request["about"]["id"]) == goal["id"]
    assert [str(to["person_id"]) for to in request["recipients"]] == [str(house.client.id)]


def test_s2_18_what_either_side_does_with_a_goal_is_in_the_log_and_linked(house: House) -> None:
    house.clock.advance(seconds=1)
    goal = goal_of(house)
    house.clock.advance(seconds=1)
    house.call(calls.complete_goal, {"id": goal["id"]}, by=house.client)
    newest, before = house.activity(by=house.client)[:2]
    assert (newest["actor"]["role"], newest["text"]) == ("client", "completed the goal Lead with calm")
    assert (before["actor"]["role"], before["text"]) == ("coach", "set the goal Lead with calm")
    assert newest["link"] == f"/engagements/{house.engagement}/goals/{goal['id']}"


def test_todos_s2_60_s2_61_come_soonest_first_for_all_clients_with_what_is_overdue(house: House) -> None:
    today = house.clock.now().date()
    soon, late = str(today + dt.timedelta(days=3)), str(today - dt.timedelta(days=1))
    goal = goal_of(house, "Later", due_date=str(today + dt.timedelta(days=9)))
    milestone_of(house, goal, "Late step", due_date=late)
    checked = milestone_of(house, goal, "Checked", due_date=late)
    house.call(calls.complete_milestone, {"id": checked["id"]})
    goal_of(house, "Without a day")
    other = house.client_called("Sam Reyes", by=house.coach)
    theirs = house.enrol(other)["id"]
    house.call(calls.create_goal, {"engagement_id": theirs, "name": "Of another client", "due_date": soon})

    def todos(by: Any, **page: Any) -> dict[str, Any]:
        return house.call(calls.list_todos, page, by=by)

    listed = [
        (each["kind"], each["name"], each["overdue"], each["client"]["name"]) for each in todos(house.coach)["items"]
    ]
    assert listed == [
        ("milestone", "Late step", True, "Leila Haddad"),
        ("goal", "Of another client", False, "Sam Reyes"),
        ("goal", "Later", False, "Leila Haddad"),
    ]
    assert [each["name"] for each in todos(other)["items"]] == ["Of another client"]
    assert len(todos(house.admin)["items"]) == 3
    assert [each["name"] for each in todos(house.admin, client_id=str(other.id))["items"]] == ["Of another client"]
    assert todos(house.coach_called("Nobody Yet"))["items"] == []
    first = todos(house.coach, limit=2)
    assert [each["name"] for each in todos(house.coach, cursor=first["next"])["items"]] == ["Later"]


def test_s2_77_todos_are_open_things_of_engagements_that_run(house: House) -> None:
    due = {"due_date": "2026-12-01"}
    goal = goal_of(house, **due)
    milestone_of(house, goal, "First", **due)

    def todos() -> int:
        return len(house.call(calls.list_todos, {})["items"])

    for undo, back in (
        ((calls.complete_goal, goal["id"]), (calls.reopen_goal, goal["id"])),
        (
            (engagement_calls.complete_engagement, house.engagement),
            (engagement_calls.reopen_engagement, house.engagement),
        ),
        ((engagement_calls.delete_engagement, house.engagement), None),
    ):
        assert todos() == 2
        house.call(undo[0], {"id": undo[1]})
        assert todos() == 0
        if back:
            house.call(back[0], {"id": back[1]})


def test_what_is_overdue_is_so_by_the_calendar_of_who_reads(house: House) -> None:
    today = house.clock.now().date()
    goal_of(house, due_date=str(today))
    house.activate()
    house.call(engagement_calls.update_me, {"time_zone": "Pacific/Kiritimati"}, by=house.coach)
    house.call(engagement_calls.update_me, {"time_zone": "Pacific/Pago_Pago"}, by=house.client)
    late = dt.datetime.combine(today, dt.time(23, 30), tzinfo=dt.UTC)
    house.clock.advance(seconds=(late - house.clock.now()).total_seconds())
    (coachs,), (clients,) = (house.call(calls.list_todos, {}, by=by)["items"] for by in (house.coach, house.client))
    assert (coachs["overdue"], clients["overdue"]) == (True, False)


def test_an_engagements_sub_menu_counts_what_one_sees(house: House) -> None:
    goal = goal_of(house)
    goal_of(house, "Another")
    house.call(calls.complete_goal, {"id": goal["id"]})
    gone = goal_of(house, "Gone")
    house.call(calls.delete_goal, {"id": gone["id"]})
    house.call(assignment_calls.create_assignment, {"engagement_id": house.engagement, "name": "Read"})
    house.call(note_calls.create_note, {"engagement_id": house.engagement, "title": "Private"})

    def counts(by: Any) -> dict[str, Any]:
        return house.call(calls.count_workspace, {"id": house.engagement}, by=by)

    expected = {"items": 0, "notes": 1, "goals": 1, "goals_completed": 1, "assignments": 1, "assignments_completed": 0}
    assert counts(house.coach) == counts(house.admin) == expected
    assert counts(house.client) == expected | {"notes": 0}
    for stranger in (house.coach_called("Nobody Yet"), house.client_called("Sam Reyes")):
        with pytest.raises(NotFound):
            counts(stranger)
