"""Erases a client from mails, wordings, suppressions and the log of events, and shows beforehand what is held (C24)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from chassis.inbox import forget_failed
from chassis.records import records_of
from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.events.erasures import NotificationsErased
from services.notifications.base import Base
from services.notifications.copies.models import Engagement, Person
from services.notifications.erasures.models import Erasure
from services.notifications.erasures.removing import Subject, forget_copies, forget_log, forget_mail
from services.notifications.eventlog.models import LoggedEvent
from services.notifications.outbound.models import MailRequest, Notification
from services.notifications.preferences.models import SwitchedOff
from services.notifications.suppressions.models import Suppression


def erase(work: Work, event: Event) -> None:
    """No mail to the client or on behalf of its engagements keeps an address or a word; nor does the log of events,
    whose positions and facts stay. It must be handled before the copy of the client is, which has the address."""
    by = Actor(event.actorid, event.actorrole, "")  # type: ignore[arg-type]
    person = work.session.get(Person, event.subject_id)
    subject = _subject(work, event.subject_id, person.email if person else None)
    forget_mail(work, subject)
    forget_copies(work, subject, forget_log(work, subject))
    forget_failed(work, Base.metadata, subject.words)
    work.publish(NotificationsErased, work.add(Erasure(id=event.subject_id)), {}, by)


def is_over(work: Work, event: Event) -> bool:
    """Whether it comes late: about a client who is erased, or an engagement of one."""
    asked = event.data.get("recipients")
    people = [one.get("person_id") for one in asked if isinstance(one, dict)] if isinstance(asked, list) else []
    named = [event.data.get("client_id"), event.data.get("person_id"), event.subject, *people]
    engagements = _ids([event.data.get("engagement_id"), event.subject])
    of_engagements = select(Engagement.client_id).where(Engagement.id.in_(engagements))
    found = select(Erasure.id).where(or_(Erasure.id.in_(_ids(named)), Erasure.id.in_(of_engagements)))
    return work.session.scalar(found.limit(1)) is not None


def export(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The mails to the client and on behalf of its engagements, what it does without, and the events about it.

    The HTML of a mail says what its text says, and attachments are kept where they come from.
    """
    person = work.session.get(Person, input["id"])
    subject = _subject(work, input["id"], person.email if person else None)
    mails = select(Notification).where(subject.mails)
    requests = mails.with_only_columns(Notification.request_id)
    wanted = {
        "mails": (mails.order_by(Notification.created_at), ("claim", "claimed_until", "secret", "sent_html")),
        "requests": (select(MailRequest).where(MailRequest.id.in_(requests)), ()),
        "switched_off": (select(SwitchedOff).where(SwitchedOff.person_id == input["id"]), ()),
        "suppressions": (select(Suppression).where(Suppression.address == subject.address), ()),
        "events": (select(LoggedEvent).where(subject.events).order_by(LoggedEvent.position), ()),
    }
    found = {name: records_of(work.session.scalars(rows), without=but) for name, (rows, but) in wanted.items()}
    return {"data": {"client": records_of([person] if person else []), **found}}


def _subject(work: Work, client_id: UUID, address: str | None) -> Subject:
    engagements = work.session.scalars(select(Engagement.id).where(Engagement.client_id == client_id))
    return Subject(client_id, list(engagements), (address or "").lower())


def _ids(values: list[Any]) -> list[UUID]:
    """Those that are ids; an event of a newer release may hold anything."""
    found = []
    for value in values:
        with suppress(ValueError):
            found.append(UUID(str(value)))
    return found
