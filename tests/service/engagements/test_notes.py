"""Notes (rules S2.21–S2.41, C10, C16)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.calls import engagements
from contracts.calls import notes as calls
from contracts.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tests.service.engagements.house import House


def note_of(house: House, title: str = "First session", body: str = "", **given: Any) -> dict[str, Any]:
    by = given.pop("by", None)
    wanted = {"engagement_id": house.engagement, "title": title, **({"body": body} if body else {}), **given}
    return house.call(calls.create_note, wanted, by=by)


def titles(house: House, by: Any = None, **given: Any) -> list[str]:
    found = house.call(calls.list_notes, {"engagement_id": house.engagement, **given}, by=by)
    return [note["title"] for note in found["items"]]


def shared(house: House, **given: Any) -> dict[str, Any]:
    """A note that the client, who is active now, sees."""
    if house.portal_of() != "active":
        house.activate()
    return house.call(calls.share_note, {"id": note_of(house, **given)["id"]})


def test_s2_30_a_new_note_is_private(house: House) -> None:
    note = note_of(house, body="<p>Only for me</p>")
    assert note["shared"] is False
    with pytest.raises(NotFound):
        house.call(calls.get_note, {"id": note["id"]}, by=house.client)
    assert titles(house, house.client) == []


def test_c16_the_title_of_a_private_note_is_not_even_in_the_clients_log(house: House) -> None:
    note = note_of(house, "Doubts about the merger")
    house.call(calls.update_note, {"id": note["id"], "title": "Doubts, still"})
    assert any("Doubts" in entry["text"] for entry in house.activity())
    assert not any("Doubts" in entry["text"] for entry in house.activity(by=house.client))


def test_c16_what_was_shared_leaves_the_clients_log_when_it_is_taken_back(house: House) -> None:
    note = shared(house, title="Our plan")
    assert any("Our plan" in entry["text"] for entry in house.activity(by=house.client))
    house.call(calls.unshare_note, {"id": note["id"]})
    assert not any("Our plan" in entry["text"] for entry in house.activity(by=house.client))


def test_s2_31_s2_40_a_shared_note_looks_the_same_to_the_client(house: House) -> None:
    note = shared(house, body="<p>Breathe <strong>first</strong></p>")
    seen = house.call(calls.get_note, {"id": note["id"]}, by=house.client)
    assert seen == house.call(calls.get_note, {"id": note["id"]})
    assert titles(house, house.client) == ["First session"]


def test_s2_34_sharing_needs_an_active_portal(house: House) -> None:
    note = note_of(house)
    with pytest.raises(Conflict) as refused:
        house.call(calls.share_note, {"id": note["id"]})
    assert refused.value.rule == "S2.34"
    assert house.harness.requests("note_shared") == []


def test_s2_32_unsharing_takes_the_note_and_its_comments_at_once(house: House) -> None:
    note = {"id": shared(house)["id"]}
    house.call(calls.add_note_comment, {**note, "body": "Good point"}, by=house.client)
    house.call(calls.unshare_note, note)
    for call in (calls.get_note, calls.list_note_comments):
        with pytest.raises(NotFound):
            house.call(call, note, by=house.client)
    with pytest.raises(Conflict):
        house.call(calls.unshare_note, note)


def test_s2_31_sharing_mails_the_client_without_the_title(house: House) -> None:
    note = shared(house, title="Confidential")
    (request,) = house.harness.requests("note_shared")
    assert str(request["about"]["id"]) == note["id"]
    assert "Confidential" not in str(request)


def test_s2_33_a_deleted_note_is_gone_and_comes_back_as_it_was(house: House) -> None:
    note = {"id": shared(house)["id"]}
    house.call(calls.delete_note, note)
    for who in (house.coach, house.client):
        with pytest.raises(NotFound):
            house.call(calls.get_note, note, by=who)
    assert house.call(calls.restore_note, note)["shared"] is True
    assert titles(house, house.client) == ["First session"]


def test_s2_25_notes_are_found_by_words_of_title_and_body(house: House) -> None:
    note_of(house, "Values", "<p>Courage and <em>calm</em></p>")
    note_of(house, "Team", "<p>50%_done</p>")
    assert titles(house, q="CALM courage") == ["Values"]
    assert titles(house, q="team") == ["Team"]
    assert titles(house, q="50%") == titles(house, q="don") == ["Team"]
    assert titles(house, q="strong") == titles(house, q="calm team") == titles(house, q="%") == []


def test_s2_25_search_minds_neither_case_nor_accents_and_follows_each_change(house: House) -> None:
    note = note_of(house, "Ziele für Ärzte", "<p>Œuvre, naïve, Straße und 会議</p>")
    for words in ("arzte", "ÄRZTE", "fur ziel", "naive", "STRASSE", "会議", "議"):
        assert titles(house, q=words) == ["Ziele für Ärzte"], words
    house.call(calls.update_note, {"id": note["id"], "title": "Plan", "body": "<p>Neu</p>"})
    assert titles(house, q="ziele") == []
    assert titles(house, q="neu") == ["Plan"]


def test_s2_25_an_answer_shows_the_words_where_they_stand(house: House) -> None:
    far = "Opening words of the session. " * 20
    note_of(house, "Calm", f"<p>{far}</p><p>She said that CALMNESS and calm help; later, calmer.</p>")
    (line,) = house.call(calls.list_notes, {"engagement_id": house.engagement, "q": "calm"})["items"]
    assert line["found"] == ["Calm", "CALMNESS", "calm", "calmer"]
    assert line["excerpt"].startswith("…")
    assert "CALMNESS and calm help" in line["excerpt"]
    (line,) = house.call(calls.list_notes, {"engagement_id": house.engagement})["items"]
    assert line["found"] == []
    assert line["excerpt"].startswith("Opening words")
    assert len(line["excerpt"]) <= 160


@pytest.mark.parametrize("hostile", ['"', "'", 'a" OR 1', "a & !b", "NEAR(", "*", "-calm", "words:calm", "\\", ":*"])
def test_s2_25_no_sign_in_a_search_means_anything(house: House, hostile: str) -> None:
    note_of(house, "Other", "<p>nothing of it</p>")
    assert titles(house, q=hostile) == []


def test_s2_26_notes_are_found_by_the_day_of_their_last_edit_in_the_readers_zone(house: House) -> None:
    house.call(engagements.update_me, {"time_zone": "Pacific/Auckland"})
    note_of(house, "Monday")  # 9:00 UTC on the 24th is 22:00 in Auckland
    house.clock.advance(seconds=3 * 3600)
    note_of(house, "Tuesday")
    assert titles(house, edited_to="2026-11-24") == ["Monday"]
    assert titles(house, edited_from="2026-11-25") == ["Tuesday"]
    assert titles(house, edited_from="2026-11-24", edited_to="2026-11-25") == ["Tuesday", "Monday"]
    of_client = house.call(calls.list_client_notes, {"id": str(house.client.id), "edited_to": "2026-11-24"})
    assert [note["title"] for note in of_client["items"]] == ["Monday"]


def test_s2_27_a_note_begins_with_a_template_or_blank(house: House) -> None:
    template = house.call(calls.create_note_template, {"title": "Intake", "body": "<h2>Goals</h2>"})
    assert note_of(house, template_id=template["id"])["body"] == "<h2>Goals</h2>"
    assert note_of(house)["body"] == ""
    with pytest.raises(NotFound):
        note_of(house, template_id=str(uuid4()))


def test_s2_28_templates_are_written_listed_changed_and_deleted_by_staff_alone(house: House) -> None:
    template = house.call(calls.create_note_template, {"title": "Intake", "body": "<p>x</p><script>y</script>"})
    assert template["body"] == "<p>x</p>"
    changed = house.call(calls.update_note_template, {"id": template["id"], "title": "Start"})
    assert (changed["title"], changed["version"]) == ("Start", 2)
    assert [each["title"] for each in house.call(calls.list_note_templates)["items"]] == ["Start"]
    with pytest.raises(Forbidden):
        house.call(calls.list_note_templates, by=house.client)
    house.call(calls.delete_note_template, {"id": template["id"]})
    assert house.call(calls.list_note_templates)["items"] == []


def test_s2_36_notes_are_put_in_order_all_of_them_or_some(house: House) -> None:
    ids = {title: note_of(house, title)["id"] for title in ("A", "B", "C")}
    assert titles(house) == ["C", "B", "A"], "a new one stands on top"
    house.call(calls.order_notes, {"id": house.engagement, "ids": [ids["B"], ids["A"], ids["C"]]})
    assert titles(house) == ["B", "A", "C"]
    house.call(calls.order_notes, {"id": house.engagement, "ids": [ids["C"], ids["B"]]})
    assert titles(house) == ["C", "A", "B"]
    house.call(calls.order_notes, {"id": house.engagement, "ids": [ids["B"], ids["A"], ids["C"]]})
    for wrong in ([*ids.values(), str(uuid4())], [ids["A"], ids["A"], ids["B"]]):
        with pytest.raises(Invalid):
            house.call(calls.order_notes, {"id": house.engagement, "ids": wrong})
    page = house.call(calls.list_notes, {"engagement_id": house.engagement, "limit": 2})
    assert titles(house, cursor=page["next"]) == ["C"]


def test_a_second_tab_cannot_overwrite_what_it_has_not_seen(house: House) -> None:
    note = note_of(house)
    house.call(calls.update_note, {"id": note["id"], "body": "<p>first tab</p>"}, if_match=note["version"])
    with pytest.raises(Stale):
        house.call(calls.update_note, {"id": note["id"], "body": "<p>second tab</p>"}, if_match=note["version"])
    assert house.call(calls.get_note, {"id": note["id"]})["body"] == "<p>first tab</p>"


def test_s2_18_a_note_that_saves_itself_is_in_the_log_once(house: House) -> None:
    note = note_of(house)
    house.clock.advance(seconds=3600)
    for word in ("a", "ab", "abc"):
        house.call(calls.update_note, {"id": note["id"], "body": f"<p>{word}</p>"})
    assert [entry["verb"] for entry in house.activity(kind="note")] == ["edited", "wrote"]


def test_s2_22_all_notes_of_a_client_are_listed_across_engagements(house: House) -> None:
    second = house.enrol(house.client, program_name="Leading Teams")["id"]
    note_of(house, "One")
    house.clock.advance(seconds=1)
    note_of(house, "Two", engagement_id=second)
    given = {"id": str(house.client.id)}
    found = house.call(calls.list_client_notes, given)["items"]
    assert [(note["title"], note["program_name"]) for note in found] == [
        ("Two", "Leading Teams"),
        ("One", "Business Coaching"),
    ]
    assert [note["title"] for note in house.call(calls.list_client_notes, {**given, "q": "one"})["items"]] == ["One"]
    with pytest.raises(Forbidden):
        house.call(calls.list_client_notes, given, by=house.client)


def test_c22_another_coach_and_another_client_see_no_note(house: House) -> None:
    note = {"id": shared(house)["id"]}
    for who in (house.coach_called("Other Coach"), house.client_called("Other Client")):
        for call in (calls.get_note, calls.list_note_comments):
            with pytest.raises(NotFound):
                house.call(call, note, by=who)
        with pytest.raises(NotFound):
            titles(house, who)
    stranger = house.coach_called("Third Coach")
    for call in (calls.update_note, calls.share_note, calls.unshare_note, calls.delete_note, calls.restore_note):
        with pytest.raises(NotFound):
            house.call(call, note, by=stranger)
        with pytest.raises(Forbidden):
            house.call(call, note, by=house.client)


@pytest.mark.parametrize("along", [False, True])
def test_c10_private_notes_go_to_the_next_coach_only_if_that_is_said(house: House, along: bool) -> None:
    private, seen = note_of(house, "Private"), shared(house, title="Shared")
    new = house.coach_called("New Coach")
    given = {"id": house.engagement, "coach_id": str(new.id), "include_private_notes": along}
    house.call(engagements.assign_engagement, given)
    assert titles(house, new) == (["Shared", "Private"] if along else ["Shared"])
    assert titles(house, house.admin) == ["Shared", "Private"]
    with pytest.raises(NotFound):
        house.call(calls.get_note, {"id": private["id"]}, by=house.coach)
    house.call(calls.unshare_note, {"id": seen["id"]}, by=new)
    assert "Shared" in titles(house, new), "what the new coach takes back is the new coach's"


def test_events_tell_of_a_note_without_its_words(house: House) -> None:
    image = uuid4()
    note_of(house, "Secret title", f'<p>Secret body</p><img src="/files/{image}/content">')
    (event,) = house.harness.events("engagements.note.created.v1")
    assert event.data["file_ids"] == [str(image)]
    assert "Secret" not in str(event.data)


def test_c16_what_a_note_was_called_while_it_was_private_never_reaches_the_client(house: House) -> None:
    house.activate()
    note = note_of(house, "Suspects burnout", "<p>x</p>")
    comment = house.call(calls.add_note_comment, {"id": note["id"], "body": "Hm."})
    house.call(calls.delete_comment, {"id": comment["id"]})
    house.call(calls.update_note, {"id": note["id"], "title": "Session 1"})
    house.call(calls.share_note, {"id": note["id"]})
    texts = [entry["text"] for entry in house.activity(by=house.client)]
    assert "shared the note Session 1" in texts
    assert not any("burnout" in text for text in texts)
    assert any("burnout" in entry["text"] for entry in house.activity())


def test_c10_the_log_does_not_name_private_notes_that_stayed_with_the_coach_before(house: House) -> None:
    note_of(house, "For my eyes", "<p>x</p>")
    new = house.coach_called("Samuel Adler")
    given = {"id": house.engagement, "coach_id": str(new.id)}
    house.call(engagements.assign_engagement, given, by=house.admin)
    assert not any("For my eyes" in entry["text"] for entry in house.activity(by=new))
    assert any("For my eyes" in entry["text"] for entry in house.activity(by=house.admin))


def test_c16_a_picture_of_another_engagement_is_refused(house: House) -> None:
    foreign, own = uuid4(), uuid4()
    other = house.enrol(house.client)["id"]
    for file, engagement in ((foreign, other), (own, house.engagement)):
        facts = {"name": "map.png", "content_type": "image/png", "size": 9, "engagement_id": UUID(engagement)}
        house.harness.feed("documents.file.uploaded.v1", subject=file, data=facts)
    note = note_of(house, "Maps", f'<p><img src="/files/{own}/content"></p>')
    stolen = f'<p><img src="/files/{foreign}/content"></p>'
    with pytest.raises(Invalid, match="not valid"):
        house.call(calls.update_note, {"id": note["id"], "body": stolen})
    with pytest.raises(Invalid):
        note_of(house, "Other maps", stolen)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_calendars_end_is_refused(house: House, day: str) -> None:
    for name in ("edited_from", "edited_to"):
        with pytest.raises(Invalid):
            titles(house, **{name: day})
