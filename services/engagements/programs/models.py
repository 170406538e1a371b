"""Programs: what clients are enrolled in."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity
from contracts.errors import Invalid
from services.engagements.base import Base
from services.engagements.items.content import ItemContent


class Program(Entity, Base):
    """A program. An engagement copies it at enrolment (rule C11), so changing or archiving it touches none."""

    __tablename__ = "program"

    name: Mapped[str] = mapped_column(String(150))
    description: Mapped[str] = mapped_column(Text)
    sessions_total: Mapped[int]
    archived: Mapped[bool]
    items: Mapped[list[ProgramItem]] = relationship(
        order_by="ProgramItem.position", cascade="all, delete-orphan", lazy="selectin"
    )

    def list_items(self, given: list[dict[str, Any]]) -> bool:
        """These are its items, in this order; whether they are others than before. `Invalid` says what does not fit."""
        before = [(item.kind, item.content(), item.delivery) for item in self.items]
        items, errors = [], {}
        for place, one in enumerate(given):
            try:
                items.append(ProgramItem.of(place + 1, one))
            except Invalid as wrong:
                errors[place] = wrong.errors
        if errors:
            raise Invalid("The input is not valid.", errors={"items": errors})
        self.items = items
        return before != [(item.kind, item.content(), item.delivery) for item in self.items]

    def describe(self, changes: dict[str, Any]) -> bool:
        """Takes over what is given of name, description and sessions_total; answers whether anything is different."""
        different = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in different.items():
            setattr(self, name, value)
        return bool(different)

    def archive(self) -> None:
        """It is offered no more."""
        self.archived = True

    def facts(self) -> dict[str, Any]:
        """The data of its events."""
        return {"name": self.name, "sessions_total": self.sessions_total, "archived": self.archived}


class ProgramItem(ItemContent, Base):
    """An item as a program lists it."""

    __tablename__ = "program_item"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), index=True)

    @classmethod
    def of(cls, position: int, given: dict[str, Any]) -> ProgramItem:
        """One item from its kind, content and delivery."""
        item = cls(kind=given["kind"], position=position, files_of=[])
        item.describe({name: value for name, value in given.items() if name not in ("kind", "delivery")})
        item.deliver(given["delivery"])
        return item
