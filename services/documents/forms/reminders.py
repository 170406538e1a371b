"""Reminders of forms that are not answered: switched on by staff for a request, few, with days between them.

A reminder brings a link of its own, for of the first one only a digest is kept (C19); each of them works until the
form is answered. Why an Internal Record may get it: docs/decisions/0059-reminders-of-forms.md.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, String, Uuid, select
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from chassis.database import UtcDateTime
from chassis.runtime import Runtime
from chassis.tokens import new_token, token_digest
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Conflict, LinkDead
from contracts.schema import instant_text
from services.documents.base import Base
from services.documents.copies.models import EngagementCopy
from services.documents.forms.models import FormRecipient, FormRequest

_AT_ONCE = 20


class NoReminders(Conflict):
    """There are none to come."""


class FormReminders(Base):
    """At most `count` reminders of a request, `every_days` days or more apart; `sent` have gone out.

    Whoever changes a row has locked its request first. `next_at` is null when there are none to come.
    """

    __tablename__ = "form_reminders"

    request_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("form_request.id"), primary_key=True)
    request: Mapped[FormRequest] = relationship(backref=backref("reminders", uselist=False, lazy="selectin"))
    count: Mapped[int] = mapped_column(Integer)
    every_days: Mapped[int] = mapped_column(Integer)
    switched_on_by: Mapped[UUID | None] = mapped_column(Uuid)
    sent: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, index=True)
    stopped_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None)

    def take(self, now: dt.datetime) -> int:
        """The ordinal of the reminder that is sent now; the next one is days after it, however late this one is."""
        self.sent += 1
        self.plan(now)
        return self.sent

    def plan(self, now: dt.datetime) -> None:
        """When the next one is due, if there is one while links work."""
        following = now + dt.timedelta(days=self.every_days)
        is_over = self.sent >= self.count or following >= self.request.expires_at
        self.next_at = None if is_over else following

    def stop(self, now: dt.datetime) -> None:
        """No more of them; raises `NoReminders` where none are to come."""
        if self.next_at is None:
            raise NoReminders("There are no reminders to come.")
        self.next_at, self.stopped_at = None, now


class FormReminderLink(Base):
    """Another link of a recipient, brought by a reminder."""

    __tablename__ = "form_reminder_link"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("form_recipient.id"), index=True)


def switch_on(work: Work, actor: Actor, asked: FormRequest, wanted: dict[str, Any]) -> None:
    """Whoever does not answer is reminded so often, for the first time after so many days."""
    reminders = FormReminders(request=asked, switched_on_by=actor.id, sent=0, **wanted)
    reminders.plan(work.now)
    work.session.add(reminders)
    work.session.flush()


def stop(work: Work, asked: FormRequest) -> None:
    """No more reminders of this request, which is locked; raises `NoReminders`."""
    reminders = _fresh(work, asked)
    if reminders is None:
        raise NoReminders("There are no reminders to come.")
    reminders.stop(work.now)
    work.changed(asked)


def end(work: Work, asked: FormRequest) -> None:
    """The request, which is locked, needs no reminders any more: all have answered."""
    if reminders := _fresh(work, asked):
        reminders.next_at = None


def recipient_of(work: Work, token: str) -> FormRecipient | None:
    """Whose link a reminder has brought."""
    link = work.session.get(FormReminderLink, token_digest(token))
    return work.session.get_one(FormRecipient, link.recipient_id) if link else None


def remind(runtime: Runtime) -> int:
    """Mails the reminders that are due, each to whoever can still answer; how many requests it took on.

    The request's lock keeps an answer, a stop and another worker waiting: nobody is reminded twice, or after an answer.
    """
    with runtime.work() as work:
        due = select(FormRequest).join(FormReminders, FormReminders.request_id == FormRequest.id)
        due = due.where(FormReminders.next_at <= work.now).order_by(FormReminders.next_at, FormRequest.id)
        locked = due.limit(_AT_ONCE).with_for_update(skip_locked=True, of=FormRequest)
        found = list(work.session.scalars(locked.execution_options(populate_existing=True)))
        for asked in found:
            reminders = _fresh(work, asked)
            if reminders is None or reminders.next_at is None or reminders.next_at > work.now:
                continue  # another worker was faster
            if asked.state != "sent":
                reminders.next_at = None
                continue
            ordinal = reminders.take(work.now)
            for recipient in asked.recipients:
                _remind(work, reminders, recipient, ordinal)
    return len(found)


def _fresh(work: Work, asked: FormRequest) -> FormReminders | None:
    """The row as it is now that the request is locked."""
    return work.session.get(FormReminders, asked.id, populate_existing=True)


def _remind(work: Work, reminders: FormReminders, recipient: FormRecipient, ordinal: int) -> None:
    asked = recipient.request
    engagement = work.session.get_one(EngagementCopy, asked.engagement_id)
    try:
        recipient.check(work.now)
    except LinkDead:
        return
    if engagement.deleted:
        return
    token = new_token()
    work.session.add(FormReminderLink(token_digest=token_digest(token), recipient_id=recipient.id))
    work.request(
        key=f"form/{recipient.id}/reminder/{ordinal}",
        kind="form_request",
        recipients=[{"person_id": recipient.client_id, "email": recipient.email, "name": recipient.name}],
        about={"kind": "engagement", "id": engagement.id, "version": engagement.sequence},
        trigger={"origin": "staff", "person_id": reminders.switched_on_by},
        engagement_id=engagement.id,
        context={
            "url": f"{work.settings.public_url}/forms/{token}",
            "expires_at": instant_text(asked.expires_at),
            "name": asked.title,
            "request_id": str(asked.id),
            "recipient_id": str(recipient.id),
            "reminder": True,
        },
    )
