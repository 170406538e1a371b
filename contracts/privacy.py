"""How much an event tells about people: each field of the envelope and of the facts has one of four classes.

What holds text says its class itself (`metadata={"privacy": …}`), because text may say anything; ids, numbers and
instants have that of their event. An event is as delicate as the most delicate of its fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol

from marshmallow import fields

#: From the least to the most delicate. An erasure empties the last two (rule C24).
CLASSES = {
    "none": "says nothing about any person",
    "pseudonymous": "is about somebody, who is told by an id alone",
    "personal": "names somebody, or says who they are or how to reach them",
    "confidential": "somebody's own words, which may tell what a coaching is about: for those concerned alone",
}


class Declaration(Protocol):
    """An event as it is declared."""

    privacy: ClassVar[str]
    fields: dict[str, fields.Field[Any]]


def holds_text(field: fields.Field[Any]) -> bool:
    """Whether the field, or each of its list, may hold words."""
    inner = field.inner if isinstance(field, fields.List) else field
    return isinstance(inner, fields.String | fields.Dict) and not isinstance(inner, fields.UUID)


def of_field(field: fields.Field[Any], of_ids: str) -> str:
    """The field's class, `of_ids` being that of its event; LookupError for a text that says none."""
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, fields.Nested):
        return most_delicate(of_field(one, of_ids) for one in inner.schema.fields.values())
    if not holds_text(field):
        return of_ids
    if (said := field.metadata.get("privacy")) not in CLASSES:
        raise LookupError(f"The field {field.name} holds text and must say its privacy: one of {', '.join(CLASSES)}.")
    return str(said)


def of_event(event: Declaration) -> str:
    """The class of the whole event."""
    return most_delicate([event.privacy, *(of_field(field, event.privacy) for field in event.fields.values())])


def most_delicate(classes: Iterable[str]) -> str:
    """The most delicate of some classes."""
    return max(classes, key=list(CLASSES).index)
