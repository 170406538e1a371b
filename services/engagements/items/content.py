"""What an item is, in a program as in an engagement, which begins as a copy of one (C11)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import UtcDateTime
from contracts.errors import Invalid

#: What belongs to one kind alone, with its kind and what it is called when it is missing.
OF_KIND = {
    "form_id": ("form", "Choose the form first."),
    "file_ids": ("file", "Choose the files first."),
    "url": ("link", "Give the link's address first."),
    "duration_minutes": ("session", ""),
    "goal_id": ("feedback", "Choose the goal first."),
    "invoice_id": ("invoice", "Choose the invoice first."),
}


class ItemContent:
    """Columns of an item's content and of its delivery; `mode` is manual, after_previous or at, which has `send_at`."""

    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    form_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    files_of: Mapped[list[str]] = mapped_column("file_ids", JSON, default=list)
    url: Mapped[str | None] = mapped_column(String(2000), default=None)
    duration_minutes: Mapped[int | None] = mapped_column(default=None)
    mode: Mapped[str] = mapped_column(String(20), default="manual")
    send_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)

    @property
    def file_ids(self) -> list[UUID]:
        return [UUID(id_) for id_ in self.files_of or []]

    @file_ids.setter
    def file_ids(self, ids: list[UUID]) -> None:
        self.files_of = [str(id_) for id_ in dict.fromkeys(ids)]

    @property
    def delivery(self) -> dict[str, Any]:
        """`{mode}`, with `send_at` for one at a time."""
        return {"mode": self.mode} | ({"send_at": self.send_at} if self.mode == "at" else {})

    def deliver(self, delivery: dict[str, Any]) -> None:
        """It is to go out like that; a session goes out when it is scheduled, by hand (S1.15)."""
        wanted: dict[str, Any] = {"mode": "manual"} if self.kind == "session" else delivery
        self.mode, self.send_at = wanted["mode"], wanted.get("send_at")

    def describe(self, changes: dict[str, Any]) -> bool:
        """Takes over what is given of title and content; whether anything differs. `Invalid` for another kind's."""
        errors = {
            name: [f"Only for an item of the kind {kind}."]
            for name, (kind, _) in OF_KIND.items()
            if changes.get(name) and kind != self.kind
        }
        if errors:
            raise Invalid("The input is not valid.", errors=errors)
        different = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in different.items():
            setattr(self, name, value)
        return bool(different)

    @property
    def named(self) -> set[UUID]:
        """Ids of the form and of the files that it names."""
        return {*self.file_ids, *([self.form_id] if self.form_id else [])}

    def content(self) -> dict[str, Any]:
        """Title and content, for a copy."""
        names = ("title", "form_id", "file_ids", "url", "duration_minutes")
        return {name: getattr(self, name) for name in names}
