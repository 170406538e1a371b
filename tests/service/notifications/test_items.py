"""The bell of an item of the program: its wording, its preview, a test to oneself (S1.13, S1.14)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.calls import item_notifications as calls
from contracts.errors import Forbidden, Invalid, NotFound
from tests.service.notifications.house import House
from tests.support import people

LEILA = {"email": "leila.haddad@example.org", "name": "Leila Haddad", "person_id": None}
RAFAEL = {"email": "rafael@partner.example", "name": "Rafael Duarte", "person_id": None}
OWN = {"subject": "For {{client.first_name}}", "body": "Dear {{recipient.first_name}},\n\nplease: {{item}}."}


def item(house: House, kind: str = "task", *to: dict[str, Any], **changes: Any) -> UUID:
    """An item, as engagements would tell of it."""
    id_ = changes.pop("id", None) or uuid4()
    facts = people.item_facts(house.engagement, kind, title="Three wins", recipients=list(to or (LEILA,)), **changes)
    house.feed("engagements.item.updated.v1", id_, facts)
    return id_


def call(house: House, what: Any, id_: UUID, by: Any = None, **given: Any) -> Any:
    return house.harness.call(what, {"id": str(id_), **given}, actor=by or house.coach)


def ask(house: House, id_: UUID) -> dict[str, Any]:
    """The mail that the item's sending brings, from the log."""
    about = {"kind": "item", "id": id_, "version": 1}
    house.request("item_task", LEILA, about=about, item_id=id_, context={"name": "Three wins"})
    return house.only()


def test_s1_13_an_item_has_a_wording_of_its_own_which_its_mail_goes_by(house: House) -> None:
    id_ = item(house)
    default = call(house, calls.get_item_notification, id_)
    assert default["is_default"]
    assert "client.first_name" in default["placeholders"]
    own = call(house, calls.write_item_notification, id_, **OWN)
    assert (own["subject"], own["body"], own["is_default"]) == (OWN["subject"], OWN["body"], False)
    preview = call(house, calls.preview_item_notification, id_)
    assert preview["subject"] == "For Leila"
    assert "Dear Leila," in preview["text"]
    assert "please: Three wins." in preview["html"]
    assert "/program" in preview["html"], "what the mail must carry stays whatever the wording"
    assert ask(house, id_)["subject"] == "For Leila"
    call(house, calls.reset_item_notification, id_)
    assert call(house, calls.get_item_notification, id_) == default


def test_s1_13_the_wording_of_a_sessions_item_is_that_of_its_invite_alone(house: House) -> None:
    id_, session = item(house, "session"), uuid4()
    call(house, calls.write_item_notification, id_, subject="Your first session is set", body="I look forward to it.")
    for kind in ("session_scheduled", "session_cancelled"):
        house.request(kind, LEILA, about_id=session, item_id=id_)
    subjects = {mail["kind"]: mail["subject"] for mail in house.log()}
    assert subjects["session_scheduled"] == "Your first session is set"
    assert subjects["session_cancelled"].startswith("Cancelled: ")


def test_an_unknown_placeholder_is_named_and_nothing_is_saved(house: House) -> None:
    id_ = item(house)
    for what in (calls.write_item_notification, calls.preview_item_notification):
        with pytest.raises(Invalid) as refused:
            call(house, what, id_, subject="For {{client.shoe_size}}", body="Hello")
        assert "{{client.shoe_size}}" in refused.value.errors["subject"][0]
    assert call(house, calls.get_item_notification, id_)["is_default"]


def test_s1_14_the_preview_shows_what_each_recipient_will_get_and_sends_nothing(house: House) -> None:
    id_ = item(house, "task", LEILA, RAFAEL)
    call(house, calls.write_item_notification, id_, **OWN)
    preview = call(house, calls.preview_item_notification, id_, recipient="Rafael@partner.example")
    assert "Dear Rafael," in preview["text"]
    assert [one["email"] for one in preview["recipients"]] == [LEILA["email"], RAFAEL["email"]]
    assert preview["shown_to"] == RAFAEL["email"]
    with pytest.raises(Invalid):
        call(house, calls.preview_item_notification, id_, recipient="nobody@example.org")
    draft = call(house, calls.preview_item_notification, id_, subject="Only looked at")
    assert draft["subject"] == "Only looked at"
    assert call(house, calls.get_item_notification, id_)["subject"] == OWN["subject"]
    assert house.log() == []
    assert house.harness.requests() == []


def test_s1_14_each_kind_is_previewed_with_what_it_carries(house: House) -> None:
    session, invoice, goal = uuid4(), uuid4(), uuid4()
    house.session_is(session)
    house.invoice_is(invoice, "sent")
    facts = {"engagement_id": house.engagement, "name": "Lead with calm", "state": "active", "deleted": False}
    house.feed("engagements.goal.created.v1", goal, facts)
    shown = {
        kind: call(house, calls.preview_item_notification, item(house, kind, **named))
        for kind, named in {
            "session": {"session_id": session}, "invoice": {"invoice_id": invoice}, "feedback": {"goal_id": goal},
            "form": {}, "link": {"url": "https://example.org/talk"}, "file": {},
        }.items()
    }  # fmt: skip
    assert [one["filename"] for one in shown["session"]["attachments"]] == ["invite.ics"]
    assert "Session 5" in shown["session"]["text"]
    assert shown["invoice"]["attachments"] == [{"filename": "invoice-2026-0133.pdf", "content_type": "application/pdf"}]
    assert "€1,190.00" in shown["invoice"]["subject"]
    assert "Lead with calm" in shown["feedback"]["text"]
    assert "https://coach.example/…" in shown["form"]["text"]
    assert "https://example.org/talk" in shown["link"]["text"]
    undated = call(house, calls.preview_item_notification, item(house, "session"))
    assert [one["filename"] for one in undated["attachments"]] == ["invite.ics"]


def test_a_test_goes_to_oneself_as_it_is_worded(house: House) -> None:
    for kind in ("task", "form", "session", "invoice", "feedback", "link", "file"):
        call(house, calls.test_item_notification, item(house, kind))
    requests = house.harness.requests()
    assert {request["recipients"][0]["email"] for request in requests} == {"judith.okonkwo@example.org"}
    assert len({request["key"] for request in requests}) == 7


def test_c22_the_bell_of_anothers_engagement_is_not_there(house: House) -> None:
    id_ = item(house)
    stranger = people.coach("Samuel Adler")
    house.coach_is(stranger)
    for what, given in (
        (calls.get_item_notification, {}),
        (calls.write_item_notification, OWN),
        (calls.reset_item_notification, {}),
        (calls.preview_item_notification, {}),
        (calls.test_item_notification, {}),
    ):
        with pytest.raises(NotFound):
            call(house, what, id_, by=stranger, **given)
        with pytest.raises(Forbidden):
            call(house, what, id_, by=house.client, **given)
    item(house, id=id_, deleted=True)
    with pytest.raises(NotFound):
        call(house, calls.get_item_notification, id_)


def test_c22_a_preview_does_not_name_another_coachs_client_behind_an_address(house: House) -> None:
    other = people.coach("Samuel Adler")
    house.coach_is(other)
    nora = house.client_called("Nora Hidden", "active")
    house.engagement_of(nora, other)
    id_ = item(house, "task", {"email": "nora.hidden@example.org", "name": "", "person_id": None})
    preview = call(house, calls.preview_item_notification, id_)
    assert "Nora" not in preview["text"]


def test_c6_the_mail_of_an_item_that_was_removed_is_withheld(post: House) -> None:
    id_ = item(post)
    mail = ask(post, id_)
    assert mail["state"] == "queued"
    item(post, id=id_, deleted=True)
    post.send_all()
    mail = post.only()
    assert (mail["state"], mail["rule"]) == ("cancelled", "C6")
