"""Puts together what the gate and the letter need to know, from a notification and the local copies."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from contracts.calls.items import MAIL_KINDS
from contracts.errors import NotFound
from contracts.notification import MUST_GET, Origin
from services.notifications.copies.models import CoachingSession, Engagement, Invoice, Organisation, Person, Place
from services.notifications.items.models import Item, ItemWording
from services.notifications.outbound import letter
from services.notifications.outbound.gate import Facts, Standing, Verdict, for_the_unnamed, may_notify
from services.notifications.outbound.letter import Letter, Reader, Scene
from services.notifications.outbound.mime import File, Mailbox, Post, build
from services.notifications.outbound.models import MailRequest, Notification
from services.notifications.outbound.smtp import parse_sender
from services.notifications.outbound.wording import DEFAULTS, Wording
from services.notifications.preferences.operations import is_switched_off
from services.notifications.suppressions.operations import why_none
from services.notifications.wordings.models import OwnWording


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


def may_name(actor: Actor, engagement: Engagement, person: Person | None) -> bool:
    """Whether the actor may learn who that is: other coaches' clients stay unnamed (C22)."""
    return person is not None and (actor.is_admin or is_of(engagement, person))


def is_of(engagement: Engagement, person: Person) -> bool:
    """Whether whoever works on the engagement knows that person: its client, or staff."""
    return person.role != "client" or person.id == engagement.client_id


def organisation(work: Work) -> Organisation:
    """The organisation; raises `NotFound`, awaited, before it was heard of."""
    found: Organisation | None = work.session.info.get("organisation")
    if found is None:
        found = work.session.scalars(select(Organisation)).first()
        work.session.info["organisation"] = found
    if found is None:
        raise NotFound("There is no organisation yet.", awaited=True)
    return found


def wording_of(work: Work, kind: str, item_id: UUID | None = None) -> Wording:
    """The item's own wording if the mail is of its kind, else the organisation's of that kind, else the default."""
    item = work.session.get(Item, item_id) if item_id else None
    own: ItemWording | OwnWording | None = None
    if item is not None and MAIL_KINDS[item.kind] == kind:
        own = work.session.get(ItemWording, item.id)
    own = own or work.session.get(OwnWording, kind)
    return Wording(own.subject, own.body) if own else DEFAULTS[kind]


def verdict_on(work: Work, notification: Notification) -> Verdict:
    """What the gate says of this mail now (C2, C6)."""
    return _verdict(work, notification, _addressee_of(work, notification))


def _verdict(work: Work, notification: Notification, to: Addressee) -> Verdict:
    request, reader = notification.request, _reader_for(work, notification, to)
    expires_at = request.context.get("expires_at") if notification.kind in letter.SECRET_KINDS else None
    none = why_none(work, reader.email)
    facts = Facts(
        standing=to.standing,
        kind=notification.kind,
        origin=cast(Origin, request.origin),
        engagement=_is_in_an_engagement(work, notification.engagement_id),
        cancellations_to_internal_records=organisation(work).cancellations_to_internal_records,
        about_state=_state_of_what_it_is_about(work, request),
        link_expires_at=dt.datetime.fromisoformat(expires_at) if expires_at else None,
        switched_off=is_switched_off(work, notification.person_id, notification.kind),
        suppressed=none.why if none else "",
        server_said=none.answer if none else "",
        stranger=to.person is not None and reader.person is None,
    )
    verdict = may_notify(facts, work.now)
    if not facts.stranger:
        return verdict
    told = for_the_unnamed(facts, work.now)
    return replace(verdict, told=(told.rule, told.reason))


def batch_of(work: Work, notification: Notification, *, lock: bool = False) -> list[Notification]:
    """Those that wait to go out in one mail with it, itself among them, the first one first."""
    if notification.batch_id is None:
        return [notification]
    waiting = select(Notification).where(
        Notification.batch_id == notification.batch_id, Notification.next_attempt_at.is_not(None)
    )
    ordered = waiting.order_by(Notification.created_at, Notification.id)
    return list(work.session.scalars(ordered.with_for_update() if lock else ordered))


def letter_of(work: Work, notification: Notification, *, with_secret: bool) -> Letter:
    """The mail's wording by what is known now; without its secret it shows the kind of link, not the link."""
    to = reader_of(work, notification)
    return letter.compose(_scene_of(work, notification, to, with_secret=with_secret))


def shown_letter_of(work: Work, notification: Notification) -> Letter:
    """The mail as it would go out now, with whatever gathers in it."""
    to = reader_of(work, notification)
    return _letter_for(work, batch_of(work, notification) or [notification], to, with_secret=False)


def _letter_for(work: Work, batch: list[Notification], to: Addressee, *, with_secret: bool) -> Letter:
    if len(batch) == 1:
        return letter.compose(_scene_of(work, batch[0], to, with_secret=with_secret))
    return letter.gather([_scene_of(work, each, to, with_secret=False) for each in batch])


def _scene_of(work: Work, notification: Notification, to: Addressee, *, with_secret: bool) -> Scene:
    context = dict(notification.request.context)
    if notification.kind == "session_cancelled":
        context["removed"] = _takes_place(work, notification.request)
    if notification.kind in letter.SECRET_KINDS:
        secret = notification.secret if with_secret else None
        context["url"] = secret["url"] if secret else f"{work.settings.public_url}/…"
    if with_secret and (pay_url := (notification.secret or {}).get("pay_url")):
        context["pay_url"] = pay_url
    wording = wording_of(work, notification.kind, notification.request.item_id)
    return scene_for(
        work, notification.kind, wording, to, notification.engagement_id, notification.about_id, context,
        unsubscribe_url=_unsubscribe_url(work, notification, to, with_secret=with_secret),
    )  # fmt: skip


def scene_for(
    work: Work,
    kind: str,
    wording: Wording,
    to: Addressee,
    engagement_id: UUID | None,
    about_id: UUID,
    context: dict[str, Any],
    *,
    unsubscribe_url: str,
) -> Scene:
    """A mail of that kind as `to` would read it."""
    own = organisation(work)
    client, coach, program_name = _parties(work, engagement_id)
    person = to.person
    is_staff = person is not None and person.role != "client"
    zone = person.time_zone if person else context.get("time_zone") or own.time_zone
    return Scene(
        kind=kind,
        wording=wording,
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
        engagement_id=engagement_id,
        about_id=about_id,
        context=context,
        public_url=work.settings.public_url,
        reply_to_name=coach.name if coach and not is_staff else "",
        unsubscribe_url=unsubscribe_url,
    )


def may_unsubscribe(to: Addressee, kind: str) -> bool:
    """Whether such a mail offers its recipient to unsubscribe: one known only by address, who need not get it."""
    return to.person is None and kind not in MUST_GET


def _unsubscribe_url(work: Work, notification: Notification, to: Addressee, *, with_secret: bool) -> str:
    token = (notification.secret or {}).get("unsubscribe")
    if token is None or not may_unsubscribe(to, notification.kind):
        return ""
    return f"{work.settings.public_url}/unsubscribe/{token if with_secret else '…'}"


@dataclass(frozen=True)
class Outgoing:
    """A mail ready to be handed over; `shown` is what the log keeps of it.

    `told` are the notifications that it tells of, `overtaken` those of its batch that the gate refuses by now.
    """

    sender: Mailbox
    recipient: Mailbox
    message: bytes
    shown: Letter
    told: tuple[UUID, ...]
    overtaken: dict[UUID, Verdict]


class Overtaken(Exception):
    """The gate refuses what the mail tells of by now; `verdicts` say of which notification and why."""

    def __init__(self, verdicts: dict[UUID, Verdict]) -> None:
        super().__init__(*(verdict.reason for verdict in verdicts.values()))
        self.verdicts = verdicts


def refused(work: Work, batch: list[Notification]) -> dict[UUID, Verdict]:
    """Those of a batch, which goes to one recipient, that the gate refuses now, each with its verdict."""
    to = _addressee_of(work, batch[0])
    return _refused(work, batch, to)


def _refused(work: Work, batch: list[Notification], to: Addressee) -> dict[UUID, Verdict]:
    verdicts = {each.id: _verdict(work, each, to) for each in batch}
    return {id_: verdict for id_, verdict in verdicts.items() if not verdict.allowed}


def outgoing(work: Work, notification: Notification) -> Outgoing:
    """The mail as it goes out now, of all that are gathered in it; raises `Overtaken` where nothing of it may.

    The gate is asked again when the mail server has accepted the recipient; here only where it could leave something
    out, or where the server need not be asked, since the address gets no mail.
    """
    batch = batch_of(work, notification)
    addressee = _addressee_of(work, notification)
    to = _reader_for(work, notification, addressee)
    asks = len(batch) > 1 or why_none(work, to.email) is not None
    overtaken = _refused(work, batch, addressee) if asks else {}
    told = [each for each in batch if each.id not in overtaken]
    if not told:
        raise Overtaken(overtaken)
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
        unsubscribe_url=_unsubscribe_url(work, notification, to, with_secret=True),
    )
    files = [File(each.filename, each.content_type, each.method, each.content) for each in notification.attachments]
    sent = _letter_for(work, told, to, with_secret=True)
    shown = _letter_for(work, told, to, with_secret=False) if notification.secret else sent
    message = build(post, sent, files)
    return Outgoing(post.sender, post.recipient, message, shown, tuple(each.id for each in told), overtaken)


def _addressee_of(work: Work, notification: Notification) -> Addressee:
    return addressee(work, notification.person_id, notification.recipient, notification.recipient_name)


def reader_of(work: Work, notification: Notification) -> Addressee:
    """Who the mail is written to.

    A client of another engagement whose address was typed is written to as anybody known by that address alone: by
    the name, to the address and in the zone that a coach gave, with no way into the portal and the same way out of
    such mail. So no preview, no log and no activity, which a later coach reads too, tells whose address it is (C22).
    The gate alone goes by the person.
    """
    return _reader_for(work, notification, _addressee_of(work, notification))


def _reader_for(work: Work, notification: Notification, to: Addressee) -> Addressee:
    if to.person is None or notification.engagement_id is None:
        return to
    if is_of(work.copy(Engagement, notification.engagement_id, what="engagement"), to.person):
        return to
    email, name = notification.typed
    return Addressee(None, name, email)


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
    if any(_is_ended(work, request.context, name) for name in _ENDED_BY):
        return "gone"
    if request.about_kind in ("note", "goal", "assignment", "resource", "item"):
        place = work.session.get(Place, request.about_id)
        is_known = place is not None and place.sequence >= (request.about_version or 0)
        return "gone" if place is not None and is_known and place.gone else ""
    if request.about_kind == "client" and _was_uninvited(work, request):
        return "gone"
    found: CoachingSession | Invoice | None = None
    if request.about_kind == "session":
        session = work.session.get(CoachingSession, request.about_id)
        if session is not None and session.state == "scheduled" and (starts_at := request.context.get("starts_at")):
            is_moved = (session.context or {}).get("starts_at", starts_at) != starts_at
            is_over = dt.datetime.fromisoformat(starts_at) <= work.now
            return "moved" if is_moved else "over" if is_over else session.state
        found = session
    elif request.about_kind == "invoice":
        found = work.session.get(Invoice, request.about_id)
    return found.state if found else ""


def _was_uninvited(work: Work, request: MailRequest) -> bool:
    """Whether the invitation that the mail is was revoked since."""
    client = work.session.get(Person, request.about_id)
    is_newer = client is not None and client.sequence > (request.about_version or 0)
    return client is not None and is_newer and client.standing == "internal_record"


#: What ends a mail's purpose besides what it is about: a comment deleted, a form answered, a stakeholder taken off.
_ENDED_BY = ("comment_id", "request_id", "stakeholder_id")


def _is_ended(work: Work, context: dict[str, Any], name: str) -> bool:
    """Whether that is gone, for all or for the one recipient whom the request names; a stakeholder also if added again
    after a removal, which has ended the link (C19)."""
    place = work.session.get(Place, UUID(context[name])) if context.get(name) else None
    if place is None:
        return False
    is_for_this_one = context.get("recipient_id") in (place.gone_for or [])
    was_taken_off = name == "stakeholder_id" and place.sequence > context.get("stakeholder_version", place.sequence)
    return place.gone or is_for_this_one or was_taken_off


def _takes_place(work: Work, request: MailRequest) -> bool:
    """Whether the session goes on without this cancellation's recipient: one who was dropped, or a former coach."""
    session = work.session.get(CoachingSession, request.about_id)
    if session is None or session.sequence < (request.about_version or 0):
        return False
    return session.state == "scheduled"
