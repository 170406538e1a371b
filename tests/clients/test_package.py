"""The client stands by itself, and its types read what the house publishes."""

from __future__ import annotations

import ast
import datetime as dt
import json
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from coachworks_events.event import Event, Unreadable, decode
from coachworks_events.types import TYPES, InvoicePaid, ItemAdded

from contracts.docs import public_events
from contracts.events import example_of
from tests.clients.conftest import event

HOME = Path(__file__).resolve().parents[2] / "clients" / "python"


def read(document: dict[str, object]) -> Event:
    return decode(json.dumps(document).encode())


def test_it_needs_pika_and_nothing_else() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
    assert [name.split(">")[0] for name in project["dependencies"]] == ["pika"]
    imported = set()
    for path in (HOME / "coachworks_events").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    assert imported - sys.stdlib_module_names == {"pika", "coachworks_events"}


@pytest.mark.parametrize("declared", public_events(), ids=lambda declared: declared.type)
def test_every_event_has_a_type_that_reads_its_example(declared: type) -> None:
    facts = read(event(type_=declared.type)).facts  # type: ignore[attr-defined]
    assert type(facts) is TYPES[declared.type]  # type: ignore[attr-defined]
    assert facts.type == declared.type  # type: ignore[attr-defined]
    assert set(example_of(facts.type)) <= set(vars(facts))


def test_facts_are_decimals_dates_ids_and_objects() -> None:
    paid = read(event(total="120.00", due_date="2026-03-01")).facts
    assert isinstance(paid, InvoicePaid)
    assert paid.total == Decimal("120.00")
    assert paid.due_date == dt.date(2026, 3, 1)
    assert isinstance(paid.client_id, UUID)
    recipients = [{"email": "ana@example.org", "person_id": None, "name": "Ana"}]
    added = read(event(type_="engagements.item.added.v1", recipients=recipients)).facts
    assert isinstance(added, ItemAdded)
    assert [recipient.email for recipient in added.recipients] == ["ana@example.org"]


def test_what_a_newer_release_tells_is_passed_over() -> None:
    assert isinstance(read(event(brand_new="field")).facts, InvoicePaid)
    unknown = event() | {"type": "billing.invoice.paid.v9"}
    assert read(unknown).facts is None
    assert read(unknown).data == unknown["data"]


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"null", b'{"id": 3}', b'{"id": "no"}', b"[" * 100_000])
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(body)
