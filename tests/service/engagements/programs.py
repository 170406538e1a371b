"""What one does with the items of an engagement in a test."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from contracts.actor import Actor
from contracts.calls import items as calls
from tests.service.engagements.house import House

LEILA = {"email": "leila.haddad@example.org", "name": "Leila Haddad"}
RAFAEL = {"email": "rafael@partner.example", "name": "Rafael"}


def item_of(
    house: House, title: str, kind: str = "task", *, to: list[dict[str, str]] | None = None, **given: Any
) -> Any:
    """A new item, to these recipients."""
    wanted = {"engagement_id": house.engagement, "kind": kind, "title": title, **given}
    item = house.call(calls.create_item, wanted)
    return write(house, item, to) if to else item


def write(house: House, item: Any, to: list[dict[str, str]]) -> Any:
    return house.call(calls.write_item_recipients, {"id": item["id"], "recipients": to})


def do(house: House, what: Any, item: Any, by: Actor | None = None, **given: Any) -> Any:
    return house.call(what, {"id": item["id"], **given}, by=by)


def items(house: House, *, by: Actor | None = None, engagement: str | None = None) -> list[Any]:
    return house.call(calls.list_items, {"engagement_id": engagement or house.engagement}, by=by)["items"]


def states(house: House) -> dict[str, str]:
    return {item["title"]: item["state"] for item in items(house)}


def mails(house: House) -> list[str]:
    """The titles of what was mailed, in order."""
    return [request["context"]["name"] for request in house.harness.requests() if request["kind"].startswith("item_")]


def sent(house: House) -> list[str]:
    """The titles of what went out, in order."""
    return [event.data["title"] for event in house.harness.events("engagements.item.sent.v1")]


def form(house: House, title: str = "Reflection") -> str:
    """A form, as documents would tell of it."""
    id_ = uuid4()
    data = {"title": title, "revision": 1, "confidential": False}
    house.harness.feed("documents.form.created.v1", subject=id_, sequence=1, data=data, actor=house.coach)
    return str(id_)


def form_gone(house: House, form_id: str) -> None:
    """The form is deleted, as documents would tell."""
    data = {"title": "Reflection", "revision": 1, "confidential": False}
    house.harness.feed("documents.form.deleted.v1", subject=UUID(form_id), sequence=2, data=data, actor=house.coach)


def library_file(house: House, what: str = "uploaded", *, file: str | None = None, sequence: int = 1) -> str:
    """A file of the library, as documents would tell of it."""
    id_ = UUID(file) if file else uuid4()
    data = {"name": "Worksheet.pdf", "content_type": "application/pdf", "size": 9, "engagement_id": None}
    house.harness.feed(f"documents.file.{what}.v1", subject=id_, sequence=sequence, data=data, actor=house.coach)
    return str(id_)


def asked_by_hand(house: House, item: Any, *people: dict[str, str]) -> None:
    """The item's form was sent from the list of forms, to these, as documents would tell."""
    data = {
        "engagement_id": UUID(house.engagement), "form_id": UUID(item["form_id"]), "item_id": UUID(item["id"]),
        "state": "sent", "recipients": len(people), "answered": 0,
        "people": [{"id": uuid4(), **one} for one in people],
    }  # fmt: skip
    house.harness.feed("documents.form_request.sent.v1", subject=uuid4(), sequence=1, data=data, actor=house.coach)


def answered(house: House, item: Any, what: str = "answered") -> None:
    """All who were asked have answered, as documents would tell."""
    data = {
        "engagement_id": UUID(house.engagement), "form_id": UUID(item["form_id"]), "item_id": UUID(item["id"]),
        "state": what, "recipients": 1, "answered": 1,
    }  # fmt: skip
    house.harness.feed(f"documents.form_request.{what}.v1", subject=uuid4(), sequence=1, data=data, actor=house.coach)
