"""Puts together what the gate and the letter need to know, from a notification and the local copies."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from contracts.errors import NotFound
from contracts.notification import Origin
from services.notifications.copies.models import CoachingSession, Engagement, Invoice, Organisation, Person
from services.notifications.outbound import letter
from services.notifications.outbound.gate import Facts, Standing, Verdict, may_notify
from services.notifications.outbound.letter import Letter, Reader, Scene
from services.notifications.outbound.mime import File, Mailbox, Post, build
from services.notifications.outbound.models import MailRequest, Notification
from services.notifications.outbound.smtp import parse_sender


@dataclass(frozen=True)
class Addressee:
    """Whom a mail goes to, by what is known today; `person` is None for somebody known only by address."""

    person: Person | None
    name: str
    email: str

    @property
    def standing(self) -> Standing:
        return cast(Standing, self.person.standing) if self.person else "outsider"

    @property
    def key(self) -> str:
        """What makes it one recipient (C25)."""
        return str(self.person.id) if self.person else self.email.lower()


def addressee(work: Work, person_id: UUID | None, email: str, name: str) -> Addressee:
    """The recipient of that id, else of that address: who is added by an address that a client has is that client.

    An address that changed since is the new one (C23). Raises `NotFound`, awaited, for an unknown id.
    """
    if person_id is not None:
        person: Person | None = work.copy(Person, person_id, what="person")
    else:
        same_address = select(Person).where(Person.email_key == email.lower())
        found = sorted(work.session.scalars(same_address), key=lambda one: (one.role != "client", one.id))
        person = found[0] if found else None
    if person is None:
        return Addressee(None, name, email)
    return Addressee(person, person.name, person.email)


def organisation(work: Work) -> Organisation:
    """The organisation; raises `NotFound`, awaited, before it was heard of."""
    found = work.session.scalars(select(Organisation)).first()
    if found is None:
        raise NotFound("There is no organisation yet.", awaited=True)
    return found


def verdict_on(work: Work, notification: Notification) -> Verdict:
    """What the gate says of this mail now (C2, C6)."""
    request = notification.request
    to = _addressee_of(work, notification)
    expires_at = request.context.get("expires_at") if notification.kind in letter.SECRET_KINDS else None
    facts = Facts(
        standing=to.standing,
        kind=notification.kind,
        origin=cast(Origin, request.origin),
        engagement=_is_in_an_engagement(work, notification.engagement_id),
        cancellations_to_internal_records=organisation(work).cancellations_to_internal_records,
        about_state=_state_of_what_it_is_about(work, request),
        link_expires_at=dt.datetime.fromisoformat(expires_at) if expires_at else None,
    )
    return may_notify(facts, work.now)


def letter_of(work: Work, notification: Notification, *, with_secret: bool) -> Letter:
    """The mail's wording by what is known now; without its secret it shows the kind of link, not the link."""
    to = _addressee_of(work, notification)
    context = dict(notification.request.context)
    if notification.kind == "session_cancelled":
        context["removed"] = _takes_place(work, notification.request)
    if notification.kind in letter.SECRET_KINDS:
        secret = notification.secret if with_secret else None
        context |= secret or {"url": f"{work.settings.public_url}/…"}
    own = organisation(work)
    client, coach, program_name = _parties(work, notification.engagement_id)
    person = to.person
    is_staff = person is not None and person.role != "client"
    zone = person.time_zone if person else context.get("time_zone") or own.time_zone
    return letter.compose(
        Scene(
            kind=notification.kind,
            reader=Reader(
                name=to.name,
                time_zone=zone,
                is_client=person is not None and not is_staff,
                is_staff=is_staff,
                has_portal=to.standing in ("active", "staff"),
            ),
            organisation_name=own.name,
            organisation_colour=own.colour,
            client_name=client.name if client else "",
            coach_name=coach.name if coach else "",
            program_name=program_name,
            engagement_id=notification.engagement_id,
            about_id=notification.about_id,
            context=context,
            public_url=work.settings.public_url,
            reply_to_name=coach.name if coach and not is_staff else "",
        )
    )


@dataclass(frozen=True)
class Outgoing:
    """A mail ready to be handed over; `shown` is what the log keeps of it."""

    sender: Mailbox
    recipient: Mailbox
    message: bytes
    shown: Letter


def outgoing(work: Work, notification: Notification) -> Outgoing:
    """The mail as it goes out now."""
    to = _addressee_of(work, notification)
    own = organisation(work)
    _, coach, _ = _parties(work, notification.engagement_id)
    is_staff = to.person is not None and to.person.role != "client"
    sender_name, sender_address = parse_sender(work.settings.mail_from)
    post = Post(
        message_id=notification.message_id,
        kind=notification.kind,
        sender=Mailbox(sender_name or own.name, sender_address),
        recipient=Mailbox(to.name, to.email),
        reply_to=Mailbox(coach.name, coach.email) if coach and not is_staff else None,
        date=work.now,
    )
    files = [File(each.filename, each.content_type, each.method, each.content) for each in notification.attachments]
    sent = letter_of(work, notification, with_secret=True)
    shown = letter_of(work, notification, with_secret=False) if notification.secret else sent
    message = build(post, sent, files)
    return Outgoing(post.sender, post.recipient, message, shown)


def _addressee_of(work: Work, notification: Notification) -> Addressee:
    return addressee(work, notification.person_id, notification.recipient, notification.recipient_name)


def _is_in_an_engagement(work: Work, engagement_id: UUID | None) -> bool:
    if engagement_id is None:
        return False
    return not work.copy(Engagement, engagement_id, what="engagement").deleted


def _parties(work: Work, engagement_id: UUID | None) -> tuple[Person | None, Person | None, str]:
    if engagement_id is None:
        return None, None, ""
    engagement = work.copy(Engagement, engagement_id, what="engagement")
    client = work.copy(Person, engagement.client_id, what="client")
    coach = work.copy(Person, engagement.coach_id, what="coach")
    return client, coach, engagement.program_name


def _state_of_what_it_is_about(work: Work, request: MailRequest) -> str:
    found: CoachingSession | Invoice | None = None
    if request.about_kind == "session":
        found = work.session.get(CoachingSession, request.about_id)
    elif request.about_kind == "invoice":
        found = work.session.get(Invoice, request.about_id)
    return found.state if found else ""


def _takes_place(work: Work, request: MailRequest) -> bool:
    """Whether the session goes on without this cancellation's recipient: one who was dropped, or a former coach."""
    session = work.session.get(CoachingSession, request.about_id)
    if session is None or session.sequence < (request.about_version or 0):
        return False
    return session.state == "scheduled"
