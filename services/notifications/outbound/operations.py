"""Takes requests for mail, shows the log, tries failed ones again, and says beforehand who would be mailed."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from chassis import logs
from chassis.paging import page
from chassis.work import Work
from contracts.actor import Actor
from contracts.calls.notifications import STATES
from contracts.envelope import Event
from contracts.errors import Invalid, NotFound
from contracts.events import EventData
from contracts.events.notifications import NotificationCancelled, NotificationRefused
from contracts.notification import Origin
from services.notifications.copies.models import Engagement
from services.notifications.outbound import desk
from services.notifications.outbound.gate import NEUTRAL, Facts, Verdict, for_the_unnamed, may_notify
from services.notifications.outbound.letter import GATHERED, SECRET_KINDS
from services.notifications.outbound.models import Attachment, MailNotAllowed, MailRequest, Notification
from services.notifications.outbound.smtp import parse_sender
from services.notifications.outbound.wording import one_line
from services.notifications.preferences.operations import is_switched_off
from services.notifications.suppressions.operations import new_link, why_none

log = logs.get(__name__)


class UnreadableAttachment(Invalid):
    """An attachment of a request is not base64."""


def queue(work: Work, event: Event) -> None:
    """Takes a `RequestNotification`: one mail per recipient, once per cause and kind (C25), the gate asked first (C2).

    How each was typed is kept beside whose address it is: a coach may not learn that of every address (C22).
    What names a person or an engagement that events have yet to bring raises `NotFound` and is tried again.
    """
    asked = event.data
    new: dict[str, tuple[desk.Addressee, str, str]] = {}
    for recipient in asked["recipients"]:
        email, name = recipient["email"], one_line(recipient["name"])[:200]
        to = desk.addressee(work, recipient["person_id"], email, name)
        if to.key not in new and not _is_known(work, asked["key"], asked["kind"], to.key):
            new[to.key] = to, email, name
    if not new:
        return
    context = dict(asked["context"])
    secret = _withheld(work, asked["kind"], context)
    request = _request(event, context)
    work.session.add(request)
    for to, email, name in new.values():
        if asked["kind"] == "feedback_request":
            _withhold_older(work, asked["about"]["id"], to)
        _queue_one(work, asked, request, to, secret, typed_email=email, typed_name=name)
    log.info("mail_queued", event_id=str(event.id), kind=asked["kind"], mails=len(new))


def _withheld(work: Work, kind: str, context: dict[str, Any]) -> dict[str, Any] | None:
    """Takes the link that is a secret (C19) out of what is kept of the request, if there is one."""
    if kind in SECRET_KINDS:
        return {"url": context.pop("url")}
    if "pay_url" not in context:
        return None
    secret = {"pay_url": context["pay_url"]}
    context["pay_url"] = f"{work.settings.public_url}/…"
    return secret


def _is_known(work: Work, cause: str, kind: str, recipient_key: str) -> bool:
    same = select(Notification.id).where(
        Notification.cause == cause, Notification.kind == kind, Notification.recipient_key == recipient_key
    )
    return work.session.scalar(same) is not None


def _request(event: Event, context: dict[str, Any]) -> MailRequest:
    asked = event.data
    attachments = [_attachment(position, each) for position, each in enumerate(asked["attachments"])]
    return MailRequest(
        id=event.id,
        received_at=event.time,
        origin=asked["trigger"]["origin"],
        origin_person_id=asked["trigger"]["person_id"],
        about_kind=asked["about"]["kind"],
        about_id=asked["about"]["id"],
        about_version=asked["about"]["version"],
        item_id=asked["item_id"],
        requestid=event.requestid,
        traceparent=event.traceparent,
        context=context,
        attachments=attachments,
    )


def _attachment(position: int, given: dict[str, Any]) -> Attachment:
    try:
        content = base64.b64decode(given["content"], validate=True)
    except binascii.Error:
        raise UnreadableAttachment(f"The attachment {given['filename']} is not base64.") from None
    return Attachment(
        position=position,
        filename=given["filename"],
        content_type=given["content_type"],
        method=given["method"],
        content=content,
    )


def _queue_one(
    work: Work,
    asked: dict[str, Any],
    request: MailRequest,
    to: desk.Addressee,
    secret: dict[str, Any] | None,
    **typed: str,
) -> None:
    notification_id = uuid4()
    send_at = asked["send_at"]
    is_later = send_at is not None and send_at > work.now
    _, address = parse_sender(work.settings.mail_from)
    notification = Notification(
        id=notification_id,
        cause=asked["key"],
        kind=asked["kind"],
        recipient_key=to.key,
        request=request,
        about_id=request.about_id,
        person_id=to.person.id if to.person else None,
        client_id=_client_id(work, asked["engagement_id"], to),
        engagement_id=asked["engagement_id"],
        recipient=to.email,
        recipient_name=to.name,
        recipient_portal=to.standing,
        message_id=f"<{notification_id}@{address.rpartition('@')[2]}>",
        state="scheduled" if is_later else "queued",
        next_attempt_at=send_at if is_later else work.now,
        secret=secret,
        subject="",
        **typed,
    )
    notification.subject = desk.letter_of(work, notification, with_secret=False).subject
    work.add(notification)
    work.session.flush()
    verdict = desk.verdict_on(work, notification)
    if not verdict.allowed and verdict.rule in ("C6", "C19"):
        notification.be_cancelled(verdict)
        tell(work, NotificationCancelled, notification)
    elif not verdict.allowed:
        notification.be_refused(verdict)
        tell(work, NotificationRefused, notification)
    elif desk.may_unsubscribe(reader := desk.reader_of(work, notification), notification.kind):
        notification.secret = (secret or {}) | {"unsubscribe": new_link(work, reader.email)}
    elif notification.kind in GATHERED and notification.engagement_id and not is_later:
        _gather(work, notification)


def _gather(work: Work, notification: Notification) -> None:
    """Joins what waits for the same recipient in the same engagement, or begins to wait for more itself.

    The lock on the engagement makes two requests at once wait for each other, that on the leader makes the sender wait.
    """
    work.session.get(Engagement, notification.engagement_id, with_for_update=True)
    leading = select(Notification).where(
        Notification.engagement_id == notification.engagement_id,
        Notification.recipient_key == notification.recipient_key,
        Notification.batch_id == Notification.id,
        Notification.gathers_until > work.now,
        Notification.next_attempt_at.is_not(None),
        Notification.claim.is_(None),
    )
    leader = work.session.scalars(leading.limit(1).with_for_update()).first()
    if leader is None:
        notification.gather(work.now + dt.timedelta(seconds=work.settings.gather_seconds))
    else:
        notification.join(leader)


def _withhold_older(work: Work, goal_id: UUID, to: desk.Addressee) -> None:
    """A newer request for feedback on a goal has ended the link of one that waits (C18): that is not sent (C6)."""
    older = select(Notification).where(
        Notification.kind == "feedback_request",
        Notification.about_id == goal_id,
        Notification.recipient_key == to.key,
        Notification.next_attempt_at.is_not(None),
        Notification.claim.is_(None),
    )
    for notification in work.session.scalars(older.with_for_update()).all():
        notification.be_cancelled(Verdict(False, "C6", "A newer request has taken the place of this one."))
        tell(work, NotificationCancelled, notification)


def _client_id(work: Work, engagement_id: UUID | None, to: desk.Addressee) -> UUID | None:
    if engagement_id is not None:
        return work.copy(Engagement, engagement_id, what="engagement").client_id
    return to.person.id if to.person and to.person.role == "client" else None


def tell(work: Work, event: type[EventData], notification: Notification) -> None:
    """Publishes what became of a mail; it is to the typed name where whose address it is, is for admins (C22)."""
    names = ("kind", "recipient", "recipient_name", "person_id", "client_id", "engagement_id", "about", "subject")
    with work.session.no_autoflush:  # its request may have to be loaded, and one UPDATE is enough
        data = {name: getattr(notification, name) for name in (*names, "reason", "rule")}
    if notification.is_to_another_coachs_client:
        data["recipient"], data["recipient_name"] = notification.typed
        data |= _told(notification)
    work.publish(event, notification, data)


def list_notifications(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The log, newest first; a coach's own engagements only, and no other coach's clients by name (C22)."""
    conditions = [
        getattr(Notification, name) == input[name] for name in ("engagement_id", "client_id", "kind") if name in input
    ]
    if not actor.is_admin:
        own = select(Engagement.id).where(Engagement.coach_id == actor.id)
        conditions.append(Notification.engagement_id.in_(own))
    counted = select(Notification.state, func.count()).where(*conditions).group_by(Notification.state)
    counts = dict(work.session.execute(counted).all())
    if "state" in input:
        conditions.append(Notification.state == input["state"])
    shown = (
        selectinload(Notification.request).selectinload(MailRequest.attachments),
        selectinload(Notification.engagement),
        selectinload(Notification.person),
    )
    found = page(
        work,
        select(Notification).where(*conditions).options(*shown),
        input,
        by=(Notification.created_at, Notification.id),
    )
    found["items"] = [_shown(actor, each) for each in found["items"]]
    return {**found, "counts": {state: counts.get(state, 0) for state in STATES}}


def get_notification(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """One mail as it was sent, or as it would be sent now; without links that open an account.

    A mail to another coach's client greets by the name that was typed; one from before that was so is shown to a coach
    as it would be sent now (C22).
    """
    notification = work.get(Notification, input["id"], what="notification")
    _must_see(actor, notification)
    columns = _shown(actor, notification)
    names_person = notification.is_to_another_coachs_client and notification.typed_email is None and not actor.is_admin
    if notification.sent_html is not None and not names_person:
        return columns | {"html": notification.sent_html, "text": notification.sent_text}
    shown = desk.shown_letter_of(work, notification)
    return columns | {"html": shown.html, "text": shown.text}


_SHOWN = (
    "id", "created_at", "updated_at", "version", "kind", "recipient", "recipient_name", "recipient_portal", "person_id",
    "client_id", "engagement_id", "program_name", "about", "subject", "state", "reason", "rule", "attempts",
    "next_attempt_at", "sent_at", "attachments", "batch_id",
)  # fmt: skip


def _shown(actor: Actor, notification: Notification) -> dict[str, Any]:
    """The row as the actor may read it: another coach's client is an address and a name that were typed (C22)."""
    columns = {name: getattr(notification, name) for name in _SHOWN}
    if actor.is_admin or not notification.is_to_another_coachs_client:
        return columns
    email, name = notification.typed
    typed = {"recipient": email, "recipient_name": name, "recipient_portal": "outsider", "person_id": None}
    return columns | typed | _told(notification)


def _told(notification: Notification) -> dict[str, str]:
    """In place of the gate's reason and rule, which may tell what kind of client it is (C22)."""
    if notification.told_rule and notification.told_reason:
        return {"reason": notification.told_reason, "rule": notification.told_rule}
    return {"reason": NEUTRAL, "rule": "C2"} if notification.state == "refused" else {}


def retry_notification(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """Sets a failed mail going again at once, with all that is gathered in it; raises `NotificationNotFailed`, or
    `MailNotAllowed` with what the gate says of it by now."""
    notification = work.change(Notification, input["id"], what="notification")
    _must_see(actor, notification)
    others: list[Notification] = []
    if notification.batch_id is not None:
        same = select(Notification).where(
            Notification.batch_id == notification.batch_id,
            Notification.id != notification.id,
            Notification.state == "failed",
        )
        others = list(work.session.scalars(same.order_by(Notification.id).with_for_update()))
    if notification.state == "failed" and not (verdict := desk.verdict_on(work, notification)).allowed:
        rule, reason = (None if actor.is_admin else verdict.told) or (verdict.rule, verdict.reason)
        raise MailNotAllowed(reason, rule=rule)
    for each in (notification, *others):
        each.retry(work.now)
        work.changed(each)
    return _shown(actor, notification)


def _must_see(actor: Actor, notification: Notification) -> None:
    engagement = notification.engagement
    if not actor.is_admin and (engagement is None or not actor.sees(engagement)):
        raise NotFound("There is no such notification.")


def ask_gate(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """What the gate would say of each recipient if it were asked now (C2, C3); sends nothing."""
    engagement = work.copy(Engagement, input["engagement_id"], what="engagement")
    if not actor.sees(engagement):
        raise NotFound("There is no such engagement.", awaited=True)
    setting = desk.organisation(work).cancellations_to_internal_records
    verdicts = []
    for asked in input.get("recipients") or [{"person_id": engagement.client_id}, {"person_id": engagement.coach_id}]:
        to = _recipient(work, actor, engagement, asked)
        none = why_none(work, to.email)
        facts = Facts(
            standing=to.standing,
            kind=input["kind"],
            origin=cast(Origin, input["origin"]),
            engagement=not engagement.deleted,
            cancellations_to_internal_records=setting,
            switched_off=is_switched_off(work, to.person.id if to.person else None, input["kind"]),
            suppressed=none.why if none else "",
            server_said=none.answer if none else "",
            stranger=to.person is not None and not desk.is_of(engagement, to.person),
        )
        shown = to.person if desk.may_name(actor, engagement, to.person) else None
        verdict = may_notify(facts, work.now) if shown == to.person else for_the_unnamed(facts, work.now)
        recipient = {
            "person_id": shown.id if shown else None,
            "name": shown.name if shown else asked.get("name", ""),
            "email": shown.email if shown else asked["email"],
        }
        verdicts.append(
            {"recipient": recipient, "allowed": verdict.allowed, "rule": verdict.rule, "reason": verdict.reason}
        )
    return {"verdicts": verdicts}


def _recipient(work: Work, actor: Actor, engagement: Engagement, asked: dict[str, Any]) -> desk.Addressee:
    person_id = asked.get("person_id")
    if person_id is None and not asked.get("email"):
        raise Invalid("The input is not valid.", errors={"recipients": ["Each needs a person_id or an email."]})
    to = desk.addressee(work, person_id, asked.get("email", ""), asked.get("name", ""))
    if person_id is not None and not desk.may_name(actor, engagement, to.person):
        raise NotFound("There is no such person.", awaited=True)
    return to
