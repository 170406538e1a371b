"""Requests for mail, and the mails that come of them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from chassis.claims import Claimable
from chassis.database import Entity, UtcDateTime
from contracts.errors import Conflict
from services.notifications.base import Base
from services.notifications.copies.models import Engagement, Person
from services.notifications.outbound.gate import Verdict
from services.notifications.outbound.letter import Letter

#: Pauses after the first and later attempts that may be tried again; the attempt after the last one is the last.
PAUSES = tuple(dt.timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21600))
LONGEST_REASON = 500


class NotificationNotFailed(Conflict):
    """Only a mail that failed can be tried again."""


class MailNotAllowed(Conflict):
    """The gate says no by now: trying it again would only cancel it."""


class MailRequest(Base):
    """What a service asked for; its id is the id of the event that asked, whose trace the mails go on with."""

    __tablename__ = "mail_request"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    received_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    origin: Mapped[str] = mapped_column(String(10))
    origin_person_id: Mapped[UUID | None] = mapped_column(Uuid)
    about_kind: Mapped[str] = mapped_column(String(20))
    about_id: Mapped[UUID] = mapped_column(Uuid)
    about_version: Mapped[int | None]
    item_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    requestid: Mapped[str | None] = mapped_column(String(64), default=None)
    traceparent: Mapped[str | None] = mapped_column(String(64), default=None)
    context: Mapped[dict[str, Any]] = mapped_column(JSON)

    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.position")

    @property
    def about(self) -> dict[str, Any]:
        return {"kind": self.about_kind, "id": self.about_id, "version": self.about_version}


class Attachment(Base):
    """A file that travels with each mail of a request; `method` is that of its iCalendar object, if it is one."""

    __tablename__ = "attachment"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("mail_request.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    filename: Mapped[str]
    content_type: Mapped[str]
    method: Mapped[str | None] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Notification(Entity, Claimable, Base):
    """One mail to one recipient.

    `recipient_key` is the person's id, or the address in lower case of one who is known only by it; cause, kind and
    recipient together are unique (C25). `next_attempt_at` is null for one that is over. `secret` holds what opens an
    account, such as a link with a token, for as long as the mail may still have to go out.

    `recipient` and `recipient_name` are those of the person whose address it is; `typed_email` and `typed_name` are
    what was asked for, null in rows from before these were kept. `told_rule` and `told_reason` are the gate's answer
    for whoever may not learn whose address it is (C22), null where that is no other.

    Rows with the same `batch_id` go out as one mail. It is the id of the one of them that leads: that alone is claimed,
    and what becomes of the mail becomes of them all. More are taken in until `gathers_until`, unless it is claimed.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("cause", "kind", "recipient_key"),
        Index("ix_notification_next_attempt_at", "next_attempt_at"),
        Index("ix_notification_created_at_id", "created_at", "id"),
        Index("ix_notification_engagement_id_created_at", "engagement_id", "created_at"),
        Index("ix_notification_client_id_created_at", "client_id", "created_at"),
        Index("ix_notification_about_id_recipient_key", "about_id", "recipient_key"),
        Index("ix_notification_batch_id_created_at", "batch_id", "created_at"),
    )

    cause: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(30))
    recipient_key: Mapped[str] = mapped_column(String(254))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("mail_request.id"))
    about_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    client_id: Mapped[UUID | None] = mapped_column(Uuid)
    engagement_id: Mapped[UUID | None] = mapped_column(Uuid)
    recipient: Mapped[str] = mapped_column(String(254))
    recipient_name: Mapped[str]
    recipient_portal: Mapped[str] = mapped_column(String(20))
    typed_email: Mapped[str | None] = mapped_column(String(254), default=None)
    typed_name: Mapped[str | None] = mapped_column(default=None)
    message_id: Mapped[str]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON), default=None)
    rule: Mapped[str | None] = mapped_column(String(10), default=None)
    told_reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON), default=None)
    told_rule: Mapped[str | None] = mapped_column(String(10), default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)
    subject: Mapped[str]
    batch_id: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    gathers_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)
    secret: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    sent_html: Mapped[str | None] = mapped_column(Text, default=None, deferred=True)
    sent_text: Mapped[str | None] = mapped_column(Text, default=None, deferred=True)

    request: Mapped[MailRequest] = relationship()
    engagement: Mapped[Engagement | None] = relationship(
        primaryjoin=lambda: foreign(Notification.engagement_id) == Engagement.id, viewonly=True
    )

    person: Mapped[Person | None] = relationship(
        primaryjoin=lambda: foreign(Notification.person_id) == Person.id, viewonly=True
    )

    @property
    def typed(self) -> tuple[str, str]:
        """The address and the name that were asked for, without the name where only the person's own is known."""
        name = self.typed_name if self.typed_name is not None else "" if self.person_id else self.recipient_name
        return self.typed_email or self.recipient, name

    @property
    def is_to_another_coachs_client(self) -> bool:
        """Whether the address is that of a client who is not the engagement's: whose it is, is for admins (C22)."""
        if self.person_id is None or self.engagement is None or self.person_id == self.engagement.client_id:
            return False
        return self.person is None or self.person.role == "client"

    @property
    def program_name(self) -> str | None:
        return self.engagement.program_name if self.engagement else None

    @property
    def about(self) -> dict[str, Any]:
        return self.request.about

    @property
    def attachments(self) -> list[Attachment]:
        return self.request.attachments

    def gather(self, until: dt.datetime) -> None:
        """It begins a batch, which takes in more until then."""
        self.batch_id = self.id
        self.next_attempt_at = self.gathers_until = until

    def join(self, leader: Notification) -> None:
        """It goes out in the same mail."""
        self.batch_id = leader.id
        self.next_attempt_at = leader.next_attempt_at

    def lead(self, others: list[Notification], message_id: str) -> None:
        """It takes a batch over from one that was overtaken; the mail stays the same one to mail servers."""
        self.message_id = message_id
        for each in others:
            each.batch_id = self.id

    def be_refused(self, verdict: Verdict) -> None:
        """The gate said no when it was asked for (C2)."""
        self._be_withheld("refused", verdict)

    def be_cancelled(self, verdict: Verdict) -> None:
        """It was overtaken (C6), or the gate says no by now."""
        self._be_withheld("cancelled", verdict)

    def be_sent(self, now: dt.datetime, *, recipient: str, letter: Letter) -> None:
        """The mail server took this mail; it is kept as it was sent, without its secrets."""
        self._end("sent", reason=None, rule=None)
        self.attempts += 1
        self.sent_at = now
        self.recipient, self.subject = recipient, letter.subject
        self.sent_html, self.sent_text = letter.html, letter.text

    def be_deferred(self, now: dt.datetime, reason: str) -> bool:
        """An attempt failed for now: it is tried again after a pause, or has failed after the last. True if it has."""
        if self.attempts >= len(PAUSES):
            self.fail(reason)
            return True
        self.state = "queued"
        self.next_attempt_at = now + PAUSES[self.attempts]
        self.attempts += 1
        self.reason = reason[:LONGEST_REASON]
        return False

    def fail(self, reason: str) -> None:
        """It cannot be delivered; a person may set it going again."""
        self.state = "failed"
        self.attempts += 1
        self.next_attempt_at = None
        self.reason = reason[:LONGEST_REASON]

    def retry(self, now: dt.datetime) -> None:
        """Sets a failed mail going again, with all its attempts; raises `NotificationNotFailed`."""
        if self.state != "failed":
            raise NotificationNotFailed(f"Only a failed mail can be tried again; this one is {self.state}.")
        self.state = "queued"
        self.attempts = 0
        self.next_attempt_at = now
        self.reason = None

    def erase(self, client_id: UUID, instead: str) -> bool:
        """Its client is erased (C24): no word of it is left, and no address but that of another person of ours.

        Whether it was still to go out, which it is not any more.
        """
        was_to_come = self.next_attempt_at is not None
        if was_to_come or self.state == "failed":  # nor is it tried again
            self._end("cancelled", reason=None, rule="C24")
        if self.person_id in (None, client_id):
            self.recipient, self.recipient_name = instead, ""
        if self.person_id is None:
            self.recipient_key = f"erased/{self.id}"
        self.typed_email, self.typed_name = instead, ""
        self.subject = self.sent_html = self.sent_text = ""
        self.reason = self.told_reason = self.secret = None
        self.claim = self.claimed_until = None
        return was_to_come

    def _be_withheld(self, state: str, verdict: Verdict) -> None:
        self._end(state, reason=verdict.reason, rule=verdict.rule)
        self.told_rule, self.told_reason = verdict.told or (None, None)

    def _end(self, state: str, *, reason: str | None, rule: str | None) -> None:
        self.state, self.reason, self.rule = state, reason, rule
        self.next_attempt_at = None
        self.secret = None
