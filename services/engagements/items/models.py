"""The items of an engagement (C12): pending, scheduled, sent, completed, or cancelled."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict
from services.engagements.base import Base
from services.engagements.engagements.models import Engagement
from services.engagements.items.content import OF_KIND, ItemContent
from services.engagements.people.models import email_key


class ItemOut(Conflict):
    """What has gone out, or is completed, is neither sent again nor changed."""


class NoRecipients(Conflict):
    """There is nobody to send it to (S1.11)."""


class NotReady(Conflict):
    """Something that the item needs is missing."""


class NotScheduled(Conflict):
    """Only a scheduled item can be unscheduled."""


class TimePassed(Conflict):
    """The time lies in the past."""


class Item(Entity, ItemContent, Base):
    """One step of an engagement's program.

    It is `scheduled` while it will go out by itself, and a session's while its session is in the calendar; `cancelled`
    when it was to go out and could not. `set_by` is who sent it or set it to go out.
    """

    __tablename__ = "item"
    __table_args__ = (Index("ix_item_due", "state", "mode", "send_at"),)

    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagement.id"), index=True)
    engagement: Mapped[Engagement] = relationship()
    state: Mapped[str] = mapped_column(String(10), default="pending")
    given: Mapped[list[dict[str, Any]]] = mapped_column("recipients", JSON, default=list)
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goal.id"), default=None)
    invoice_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    session_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("feedback_round.id"), default=None)
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)
    completed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)

    @property
    def recipients(self) -> list[dict[str, Any]]:
        """`{email, name, person_id}` of each; who is the client is written to where the client is now (C23), once."""
        client = self.engagement.client
        here = {"email": client.email, "name": client.name, "person_id": client.id}
        has_client = any(one["is_client"] for one in self.given or [])
        return [
            here if one["is_client"] else {"email": one["email"], "name": one["name"], "person_id": None}
            for one in self.given or []
            if one["is_client"] or not (has_client and email_key(one["email"]) == email_key(client.email))
        ]

    @property
    def client_sees(self) -> bool:
        """Whether the client finds it in the portal: its sessions, and what was sent to it (C22)."""
        is_out = self.sent_at is not None and any(one["is_client"] for one in self.given or [])
        return self.kind == "session" or is_out

    @property
    def missing(self) -> str | None:
        """What has to be there before it can go out, as a sentence; None if nothing is missing."""
        if self.kind == "session":
            return "A session is scheduled by its calendar icon, which sends the notice too."
        for name, (kind, sentence) in OF_KIND.items():
            if kind == self.kind and sentence and not getattr(self, name):
                return sentence
        return None

    @property
    def is_out(self) -> bool:
        return self.state in ("sent", "completed")

    def must_not_be_out(self) -> None:
        """Raises `ItemOut`."""
        if self.is_out:
            raise ItemOut(f"{self.title} is {self.state} already.", rule="C12")

    def must_be_ready(self) -> None:
        """Raises `ItemOut`, `NotReady` or, without recipients, `NoRecipients`."""
        self.must_not_be_out()
        if self.missing:
            raise NotReady(self.missing)
        if not self.given:
            raise NoRecipients("Add recipients before it is sent.", rule="S1.11")

    def address(self, recipients: list[dict[str, Any]], set_by: UUID | None) -> None:
        """It goes to these, each address once; `set_by` puts them there."""
        self.must_not_be_out()
        self._go_to(recipients)
        self.set_by = set_by

    def _go_to(self, recipients: list[dict[str, Any]]) -> None:
        client_key = email_key(self.engagement.client.email)
        by_key = {email_key(one["email"]): one for one in recipients}
        self.given = [
            {"email": one["email"], "name": one["name"], "is_client": key == client_key} for key, one in by_key.items()
        ]

    def schedule(self, delivery: dict[str, Any], now: dt.datetime, set_by: UUID | None) -> None:
        """It will go out by itself (S1.12); raises `TimePassed`, and what `must_be_ready` raises."""
        self.must_be_ready()
        if delivery["mode"] == "at" and delivery["send_at"] <= now:
            raise TimePassed("This time has passed.", rule="S1.12")
        self.deliver(delivery)
        self.set_by, self.state = set_by, "scheduled"

    def unschedule(self) -> None:
        """It waits for a person again; raises `NotScheduled`."""
        if self.state != "scheduled" or self.kind == "session":
            raise NotScheduled("It is not scheduled.", rule="S1.12")
        self.deliver({"mode": "manual"})
        self.state = "pending"

    def settle(self, now: dt.datetime, *, anew: bool = False) -> None:
        """After a change: scheduled if it has all that it needs to go out by itself, else pending.

        A time that has passed is none to come, but one that is due stays so, unless its delivery is set `anew`.
        """
        if self.kind == "session" or self.is_out:
            return
        is_due = self.state == "scheduled" and not anew
        to_come = self.mode == "after_previous" or (self.send_at is not None and (self.send_at > now or is_due))
        self.state = "scheduled" if to_come and self.given and not self.missing else "pending"

    def send(self, now: dt.datetime) -> None:
        """It goes out; raises what `must_be_ready` raises."""
        self.must_be_ready()
        self.state, self.sent_at = "sent", now

    def sent_elsewhere(self, now: dt.datetime, recipients: list[dict[str, Any]]) -> None:
        """What it stands for went out by another way, to these where that is known; raises `ItemOut`."""
        self.must_not_be_out()
        if recipients:
            self._go_to(recipients)
        self.state, self.sent_at = "sent", now

    def cancel(self) -> None:
        """It was to go out by itself and cannot; a person may send or schedule it again."""
        self.deliver({"mode": "manual"})
        self.state = "cancelled"

    def complete(self, now: dt.datetime) -> None:
        """It is done (C12), whether it was sent or not; raises `ItemOut`."""
        if self.state == "completed":
            raise ItemOut(f"{self.title} is completed already.", rule="C12")
        self.state, self.completed_at = "completed", now

    def follow(self, session_id: UUID, state: str) -> bool:
        """Takes after its session; whether that changed anything. One that will not take place leaves it pending."""
        if self.state == "completed" or (self.session_id not in (None, session_id) and state != "scheduled"):
            return False
        is_on = state == "scheduled"
        before = (self.session_id, self.state)
        self.session_id, self.state = (session_id, "scheduled") if is_on else (None, "pending")
        return before != (self.session_id, self.state)

    def facts(self, *, deleted: bool = False) -> dict[str, Any]:
        """The data of its events."""
        names = ("kind", "title", "position", "state", "send_at", "recipients", "client_sees", "form_id", "file_ids",
                 "url", "goal_id", "invoice_id", "session_id")  # fmt: skip
        own = {name: getattr(self, name) for name in names}
        return own | {"engagement_id": self.engagement.id, "delivery": self.mode, "deleted": deleted}
