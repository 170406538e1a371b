"""Erasing a client (rule C24): mails, wordings and the log of events name it no more; positions and facts stay."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.calls import item_notifications as item_calls
from contracts.calls import notifications as calls
from contracts.calls.erasures import export_from_notifications
from contracts.errors import Forbidden
from contracts.events import schema_of
from tests.service.notifications.hooks import Hooks
from tests.service.notifications.hookserver import HookServer
from tests.service.notifications.house import House, invite
from tests.service.notifications.mailserver import MailServer
from tests.support import people
from tests.support.harness import Harness
from tests.support.people import ADMIN
from tests.support.traces import relayed, traces

CANARY = "canary-7391"
ADDRESS = "leila.haddad@example.org"
NAMED = ("Leila", "Haddad", ADDRESS, CANARY)
LEILA = {"email": ADDRESS.upper(), "name": "Leila Haddad"}


@pytest.fixture
def lived(post: House, mail_server: MailServer) -> House:
    """A client who got mails, and for whom more wait; of whom the log of events tells; a guest of another's, too."""
    session, item = uuid4(), uuid4()
    post.session_is(session, title=CANARY)
    post.session_mail("session_scheduled", session, post.client, context={"title": CANARY})
    post.request("form_request", {"email": "tomas@example.net", "name": CANARY}, context={"name": CANARY})
    facts = people.item_facts(post.engagement, "task", title=CANARY, recipients=[{**LEILA, "person_id": None}])
    post.feed("engagements.item.updated.v1", item, facts)
    wording = {"id": str(item), "subject": CANARY, "body": CANARY}
    post.harness.call(item_calls.write_item_notification, wording, actor=post.coach)
    goal = {"engagement_id": post.engagement, "name": CANARY, "state": "active", "deleted": False}
    post.feed("engagements.goal.created.v1", uuid4(), goal)
    post.harness.call(
        calls.update_my_notifications, {"kinds": [{"kind": "goal_created", "on": False}]}, actor=post.client
    )
    _help_another(post)
    post.send_all()
    post.session_mail("session_rescheduled", session, post.client, ics_sequence=1, context={"title": CANARY})
    post.request("note_shared", post.client)
    relayed(post.harness)
    return post


def _help_another(house: House) -> None:
    other = house.engagement_of(house.client_called("Omar Aziz", "active"))
    attachments = [invite(uuid4(), "REQUEST", 0)]
    house.request("session_scheduled", LEILA, engagement_id=other, attachments=attachments)
    data = {"session_id": uuid4(), "engagement_id": other, "email": ADDRESS, "name": "Leila Haddad"}
    house.feed("scheduling.attendee.added.v1", uuid4(), data)


def erase(house: House) -> None:
    """As engagements tells of it: first the engagement is gone, then the client."""
    gone = people.engagement_facts(house.client.id, house.coach.id, program_name="Engagement", deleted=True)
    house.feed("engagements.engagement.deleted.v1", house.engagement, gone)
    nobody = f"{house.client.id}@erased.invalid"
    facts = people.client_facts(house.client, name="Erased client", email=nobody, portal="disabled")
    house.feed("engagements.client.erased.v1", house.client.id, facts)


def log_of(harness: Harness) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = harness.call(calls.list_events, {"limit": 200}, actor=ADMIN)["items"]
    return items


def test_c24_nothing_is_left_that_names_the_client_or_was_mailed_about_it(lived: House) -> None:
    assert len(traces(lived.harness.database, *NAMED)) > 25, "else there is nothing to be erased"
    erase(lived)
    assert traces(lived.harness.database, *NAMED) == []


def test_c24_what_waits_is_not_mailed_any_more(lived: House, mail_server: MailServer) -> None:
    before = len(mail_server.mails)
    erase(lived)
    lived.harness.clock.advance(hours=1)
    lived.send_all()
    assert len(mail_server.mails) == before
    told = lived.harness.events("notifications.notification.cancelled.v1")
    assert {event.data["rule"] for event in told} == {"C24"}
    assert len(told) == 2


def test_c24_the_log_of_mails_still_counts_them(lived: House) -> None:
    before = [(one["kind"], one["state"]) for one in lived.log(engagement_id=str(lived.engagement))]
    erase(lived)
    after = [(one["kind"], one["state"]) for one in lived.log(engagement_id=str(lived.engagement))]
    assert [kind for kind, _ in after] == [kind for kind, _ in before]
    (first, *_) = lived.log(engagement_id=str(lived.engagement))
    assert lived.detail(first["id"])["text"] == ""


def test_c24_the_log_of_events_keeps_positions_and_facts(lived: House) -> None:
    before = log_of(lived.harness)
    erase(lived)
    after = log_of(lived.harness)[: len(before)]
    for old, new in zip(before, after, strict=True):
        assert {**old, "data": None} == {**new, "data": None}
        schema_of(new["type"]).load(new["data"])
        for name in ("engagement_id", "client_id", "state", "starts_at", "deleted"):
            assert new["data"].get(name) == old["data"].get(name)


def test_c24_webhooks_deliver_what_is_left_of_an_event(lived: House, hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    goal = {"engagement_id": lived.engagement, "name": CANARY, "state": "active", "deleted": False}
    lived.feed("engagements.goal.created.v1", uuid4(), goal)
    erase(lived)
    hooks.run()
    assert "engagements.goal.created.v1" in [one["type"] for one in hooks.deliveries(endpoint)]
    assert CANARY not in str(hook.taken)


def test_c24_what_comes_late_is_logged_without_its_words_and_mailed_to_nobody(lived: House) -> None:
    erase(lived)
    count = len(lived.log())
    lived.session_is(uuid4(), title=CANARY)
    lived.session_mail("session_scheduled", uuid4(), lived.client, context={"title": CANARY})
    lived.request("password_reset", lived.client, engagement_id=None, context={"name": CANARY})
    late = people.client_facts(lived.client)
    lived.harness.feed("engagements.client.updated.v1", subject=lived.client.id, sequence=1, data=late)
    facts = people.item_facts(lived.engagement, "task", title=CANARY, recipients=[{**LEILA, "person_id": None}])
    lived.feed("engagements.item.updated.v1", uuid4(), facts)
    assert traces(lived.harness.database, *NAMED) == []
    assert len(lived.log()) == count
    assert log_of(lived.harness)[-1]["type"] == "engagements.item.updated.v1"


def test_c24_the_erasure_itself_is_logged_as_it_was_published(lived: House) -> None:
    erase(lived)
    last = log_of(lived.harness)[-1]
    assert (last["type"], last["data"]["name"]) == ("engagements.client.erased.v1", "Erased client")


def test_c24_it_is_told_that_it_is_done(lived: House) -> None:
    erase(lived)
    last = lived.harness.events()[-1]
    assert (last.type, last.subject) == ("notifications.client.erased.v1", str(lived.client.id))


def test_c24_an_export_shows_mails_and_events_to_admins_alone(lived: House) -> None:
    given = {"id": str(lived.client.id)}
    data = lived.harness.call(export_from_notifications, given, actor=ADMIN)["data"]
    assert any(CANARY in (mail["sent_text"] or "") for mail in data["mails"])
    assert [one["kind"] for one in data["switched_off"]] == ["goal_created"]
    assert len(data["events"]) > 5
    for who in (lived.coach, lived.client):
        with pytest.raises(Forbidden):
            lived.harness.call(export_from_notifications, given, actor=who)


def test_c24_a_client_that_was_never_heard_of_is_erased_all_the_same(notifications: Harness) -> None:
    stranger: UUID = uuid4()
    facts = people.client_facts(people.client(), name="Erased client", email="x@erased.invalid", portal="disabled")
    notifications.feed("engagements.client.erased.v1", subject=stranger, data=facts)
    assert len(notifications.events("notifications.client.erased.v1")) == 1
