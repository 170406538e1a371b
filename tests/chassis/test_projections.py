"""Copies are made as their owners say, by whatever lines these told, and never against an event that is under way."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from chassis.projections import NoFacts, check, owners_of, rebuild
from contracts.envelope import Event
from contracts.events import schema_of
from services.scheduling.copies.models import Client, Item
from tests.support import people
from tests.support.harness import NOW, Harness, service_harness

scheduling = service_harness("services.scheduling.service")
LEILA, ITEM, ENGAGEMENT = people.client(), uuid4(), uuid4()


def fact(type: str, subject: UUID | None, sequence: int, data: dict[str, Any]) -> str:
    told = schema_of(type).dump(data)
    event = Event(uuid4(), type, "/coachworks/engagements", str(subject), NOW, sequence, told)
    return event.to_bytes().decode()


def client(sequence: int, name: str) -> str:
    return fact("engagements.client.updated.v1", LEILA.id, sequence, people.client_facts(LEILA, name=name))


def item(sequence: int, kind: str) -> str:
    return fact("engagements.item.updated.v1", ITEM, sequence, people.item_facts(ENGAGEMENT, kind))


def whole(*facts: str) -> list[str]:
    return [*facts, json.dumps({"owner": "engagements", "facts": len(facts)})]


def hear(scheduling: Harness, sequence: int, name: str) -> None:
    """The event comes that tells so."""
    data = people.client_facts(LEILA, name=name)
    scheduling.feed("engagements.client.updated.v1", subject=LEILA.id or uuid4(), data=data, sequence=sequence)


def clients(scheduling: Harness) -> list[tuple[int, str]]:
    with scheduling.runtime.read() as work:
        return [(one.sequence, one.name) for one in work.session.scalars(select(Client))]


def what(findings: Iterable[Any]) -> list[tuple[str, str]]:
    return [(found.table, found.what) for found in findings]


def test_a_copy_at_its_owners_version_is_made_as_it_says_and_one_that_is_right_is_left(scheduling: Harness) -> None:
    hear(scheduling, 3, "Nonsense")
    assert what(check(scheduling.runtime, whole(client(3, "Leila"))).found) == [("client", "differs")]
    assert clients(scheduling) == [(3, "Nonsense")]
    assert what(rebuild(scheduling.runtime, whole(client(3, "Leila"))).found) == [("client", "differs")]
    assert clients(scheduling) == [(3, "Leila")]
    assert rebuild(scheduling.runtime, whole(client(5, "Leila"))).found == [], "nothing that is kept here has changed"
    assert clients(scheduling) == [(3, "Leila")]


def test_an_event_that_is_newer_than_the_facts_wins_whether_it_comes_before_or_after(scheduling: Harness) -> None:
    facts = whole(client(3, "Leila"))
    hear(scheduling, 4, "Leila Nur")
    assert what(rebuild(scheduling.runtime, facts).left) == [("client", "ahead")]
    hear(scheduling, 5, "Leila Nur Haddad")
    assert clients(scheduling) == [(5, "Leila Nur Haddad")]


def test_what_only_mirrors_is_brought_forward_and_what_acts_waits_for_its_event(scheduling: Harness) -> None:
    hear(scheduling, 1, "Leila")
    facts = whole(client(2, "Leila Nur"), item(7, "form"))
    compared = rebuild(scheduling.runtime, facts)
    assert (what(compared.found), what(compared.left)) == ([("item", "missing")], [("client", "differs")])
    with scheduling.runtime.read() as work:
        assert [(one.id, one.sequence, one.kind) for one in work.session.scalars(select(Item))] == [(ITEM, 7, "form")]
    hear(scheduling, 2, "Leila Nur")
    assert clients(scheduling) == [(2, "Leila Nur")]
    assert check(scheduling.runtime, facts).found == []


def test_after_a_restore_a_copy_that_is_ahead_goes_back_so_that_its_owners_next_event_is_heard(
    scheduling: Harness,
) -> None:
    hear(scheduling, 9, "Lost with the database")
    facts = whole(client(2, "Leila"))
    assert what(check(scheduling.runtime, facts).found) == [("client", "ahead")]
    rebuild(scheduling.runtime, facts, restored=True)
    assert clients(scheduling) == [(2, "Leila")]
    hear(scheduling, 3, "Leila Nur")
    assert clients(scheduling) == [(3, "Leila Nur")]


def test_what_its_owner_does_not_have_is_said_and_kept(scheduling: Harness) -> None:
    hear(scheduling, 1, "Leila")
    compared = rebuild(scheduling.runtime, whole(), restored=True)
    assert (compared.found, what(compared.unknown)) == ([], [("client", "unknown")])
    assert clients(scheduling) == [(1, "Leila")]


def test_nothing_is_published_and_no_inbox_remembers(scheduling: Harness) -> None:
    rebuild(scheduling.runtime, whole(client(2, "Leila"), item(1, "form")), restored=True)
    assert scheduling.published() == []
    with scheduling.runtime.read() as work:
        assert work.session.execute(select(scheduling.runtime.tables["inbox"])).all() == []


@pytest.mark.parametrize(
    "lines",
    [
        [client(1, "Leila")],
        [*whole(client(1, "Leila"))[1:]],
        ["{}"],
        ["no line of ours"],
        [json.dumps({"owner": "engagements", "facts": 2})],
    ],
)
def test_facts_that_are_not_whole_are_refused(scheduling: Harness, lines: list[str]) -> None:
    with pytest.raises(NoFacts):
        check(scheduling.runtime, lines)
    assert owners_of(scheduling.runtime) == {"engagements"}
