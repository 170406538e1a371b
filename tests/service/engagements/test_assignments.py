"""Assignments (rules S2.62–S2.77), and comments on them, on goals and on notes."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.calls import assignments as calls
from contracts.calls import goals
from contracts.calls import notes as comments
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from tests.service.engagements.house import House


def assignment_of(house: House, name: str = "Values worksheet", **given: Any) -> dict[str, Any]:
    return house.call(calls.create_assignment, {"engagement_id": house.engagement, "name": name, **given})


def file_of(house: House, what: str = "uploaded", *, file: UUID | None = None, sequence: int = 1, **facts: Any) -> UUID:
    """Tells of a stored file, as documents would; its id."""
    id_ = file or uuid4()
    data = {"name": "Worksheet.pdf", "content_type": "application/pdf", "size": 9, "engagement_id": None, **facts}
    house.harness.feed(f"documents.file.{what}.v1", subject=id_, data=data, sequence=sequence)
    return id_


def add_file(house: House, assignment: dict[str, Any], **given: Any) -> dict[str, Any]:
    return house.call(calls.add_assignment_file, {"id": assignment["id"], **given})


def test_s2_64_s2_73_an_assignment_is_seen_by_both_sides(house: House) -> None:
    assignment = assignment_of(house, description="Fill it in", due_date="2026-12-01")
    for who in (house.coach, house.client, house.admin):
        shown = house.call(calls.get_assignment, {"id": assignment["id"]}, by=who)
        assert shown == assignment
        listed = house.call(calls.list_assignments, {"engagement_id": house.engagement}, by=who)
        assert listed["items"] == [assignment]


def test_s2_62_only_staff_gives_and_changes_assignments_but_both_complete_and_reopen_them(house: House) -> None:
    assignment = {"id": assignment_of(house)["id"]}
    for call in (calls.create_assignment, calls.update_assignment, calls.delete_assignment, calls.add_assignment_file):
        with pytest.raises(Forbidden):
            house.call(call, assignment, by=house.client)
    assert house.call(calls.complete_assignment, assignment, by=house.client)["state"] == "completed"
    with pytest.raises(Conflict):
        house.call(calls.complete_assignment, assignment)
    assert house.call(calls.reopen_assignment, assignment)["state"] == "open"
    with pytest.raises(Conflict):
        house.call(calls.reopen_assignment, assignment, by=house.client)


def test_a_deleted_assignment_comes_back_with_its_files(house: House) -> None:
    assignment = assignment_of(house)
    add_file(house, assignment, url="https://drive.example/sheet", title="Sheet")
    house.call(calls.delete_assignment, {"id": assignment["id"]})
    with pytest.raises(NotFound):
        house.call(calls.get_assignment, {"id": assignment["id"]}, by=house.client)
    restored = house.call(calls.restore_assignment, {"id": assignment["id"]})
    assert [file["title"] for file in restored["files"]] == ["Sheet"]


def test_s2_70_s2_71_s2_74_a_file_of_the_library_has_a_message_beside_it(house: House) -> None:
    assignment, file = assignment_of(house), file_of(house)
    added = add_file(house, assignment, library_file_id=str(file), message="Page 2 first")
    shown = house.call(calls.get_assignment, {"id": assignment["id"]}, by=house.client)["files"]
    assert shown == [added]
    assert (added["file_id"], added["title"], added["message"]) == (str(file), "Worksheet.pdf", "Page 2 first")
    assert house.harness.events("engagements.assignment.updated.v1")[-1].data["file_ids"] == [str(file)]


def test_s2_68_a_link_elsewhere_can_be_added_and_taken_off(house: House) -> None:
    assignment = assignment_of(house)
    added = add_file(house, assignment, url="https://www.dropbox.example/x", title="Sheet")
    assert (added["file_id"], added["url"], added["title"]) == (None, "https://www.dropbox.example/x", "Sheet")
    house.call(calls.remove_assignment_file, {"id": added["id"]})
    assert house.call(calls.get_assignment, {"id": assignment["id"]})["files"] == []
    for wrong in ({"url": "javascript:alert(1)"}, {}, {"url": "https://a.example", "library_file_id": str(uuid4())}):
        with pytest.raises(Invalid):
            add_file(house, assignment, **wrong)


def test_a_file_that_is_deleted_or_of_another_engagement_cannot_be_added(house: House) -> None:
    assignment = assignment_of(house)
    own = file_of(house, engagement_id=UUID(house.engagement))
    assert add_file(house, assignment, library_file_id=str(own))["file_id"] == str(own)
    deleted, foreign = file_of(house), file_of(house, engagement_id=uuid4())
    file_of(house, "deleted", file=deleted, sequence=2)
    for file in (deleted, foreign, uuid4()):
        with pytest.raises(NotFound):
            add_file(house, assignment, library_file_id=str(file))


def test_s2_63_an_active_client_is_mailed_and_an_internal_record_never(house: House) -> None:
    assignment_of(house)
    assert house.harness.requests("assignment_shared") == []
    house.activate()
    assignment = assignment_of(house)
    (request,) = house.harness.requests("assignment_shared")
    assert str(request["about"]["id"]) == assignment["id"]


def test_s2_77_assignments_are_among_the_todos_until_they_are_done(house: House) -> None:
    assignment = assignment_of(house, due_date="2026-11-23")
    (todo,) = house.call(goals.list_todos, {}, by=house.client)["items"]
    assert (todo["kind"], todo["id"], todo["overdue"]) == ("assignment", assignment["id"], True)
    house.call(calls.complete_assignment, {"id": assignment["id"]})
    assert house.call(goals.list_todos, {})["items"] == []


def test_c22_nobody_else_sees_or_touches_an_assignment(house: House) -> None:
    assignment = assignment_of(house)
    added = add_file(house, assignment, url="https://a.example")
    coach, client = house.coach_called("Other Coach"), house.client_called("Other Client")
    staff = [calls.update_assignment, calls.delete_assignment, calls.restore_assignment, calls.add_assignment_file]
    both = [calls.get_assignment, calls.complete_assignment, calls.reopen_assignment, comments.list_assignment_comments]
    for who, these in ((coach, staff + both), (client, both)):
        for call in these:
            with pytest.raises(NotFound):
                house.call(call, {"id": assignment["id"]}, by=who)
    with pytest.raises(NotFound):
        house.call(calls.remove_assignment_file, {"id": added["id"]}, by=coach)


@pytest.mark.parametrize("place", ["goal", "assignment"])
def test_s2_54_s2_76_both_comment_and_each_deletes_only_the_own(house: House, place: str) -> None:
    if place == "goal":
        about = house.call(goals.create_goal, {"engagement_id": house.engagement, "name": "Calm"})
        listing, adding = comments.list_goal_comments, comments.add_goal_comment
    else:
        about = assignment_of(house)
        listing, adding = comments.list_assignment_comments, comments.add_assignment_comment
    thing = {"id": about["id"]}
    mine = house.call(adding, {**thing, "body": "How is it going?"})
    house.clock.advance(seconds=1)
    house.call(adding, {**thing, "body": "<b>Well</b>"}, by=house.client)
    seen = house.call(listing, thing, by=house.client)["items"]
    assert [(each["author"]["name"], each["body"], each["mine"]) for each in seen] == [
        ("Judith Okonkwo", "How is it going?", False),
        ("Leila Haddad", "<b>Well</b>", True),
    ]
    with pytest.raises(Forbidden):
        house.call(comments.delete_comment, {"id": mine["id"]}, by=house.client)
    with pytest.raises(NotFound):
        house.call(comments.delete_comment, {"id": mine["id"]}, by=house.coach_called("Other Coach"))
    house.clock.advance(seconds=1)
    house.call(comments.delete_comment, {"id": mine["id"]})
    assert house.activity()[0]["text"] == f"deleted a comment on {about['name']}"
    assert len(house.call(listing, thing)["items"]) == 1
    assert "going" not in str([event.data for event in house.harness.events("engagements.comment.added.v1")])


def test_s2_39_comments_follow_their_notes_visibility_and_mail_only_an_active_client(house: House) -> None:
    note = {"id": house.call(comments.create_note, {"engagement_id": house.engagement, "title": "Plan"})["id"]}
    house.activate()
    house.call(comments.add_note_comment, {**note, "body": "For me"})
    with pytest.raises(NotFound):
        house.call(comments.list_note_comments, note, by=house.client)
    assert house.harness.requests("comment_added") == []
    assert not any(entry["kind"] == "comment" for entry in house.activity(by=house.client))
    house.call(comments.share_note, note)
    house.clock.advance(seconds=1)
    house.call(comments.add_note_comment, {**note, "body": "For both"})
    bodies = [each["body"] for each in house.call(comments.list_note_comments, note, by=house.client)["items"]]
    assert bodies == ["For me", "For both"]
    (request,) = house.harness.requests("comment_added")
    assert request["context"].keys() == {"place", "comment_id"}, "no title of a note"
