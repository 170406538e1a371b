"""Sends what is due. Any number of workers may do so at once: each mail is claimed in the database first.

Notifications that are gathered go out as one mail: the one that leads is claimed for all of them.

Mails about one thing to one recipient go out in the order in which they were asked for: while an earlier one is due or
on its way, a later one is not claimed.

A mail goes to the mail server at least once, and a second time only if a process dies, or the server's answer is
lost, between the last byte of the mail and the answer to it; both copies then have the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import aliased, joinedload, selectinload

from chassis import context, logs, metrics
from chassis.claims import ClaimLost, claim_due, claimed, due_by
from chassis.runtime import Runtime
from chassis.work import Work
from contracts.events.notifications import NotificationCancelled, NotificationFailed, NotificationSent
from services.notifications.outbound import desk
from services.notifications.outbound.gate import Verdict
from services.notifications.outbound.models import MailRequest, Notification
from services.notifications.outbound.operations import tell
from services.notifications.outbound.smtp import Connection, Rejected, Server, TryLater
from services.notifications.suppressions.operations import bounce

log = logs.get(__name__)

AT_ONCE = 40
THREADS = 4
SLACK = dt.timedelta(seconds=30)
PATIENCE = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 60, 60)
Claim = tuple[UUID, UUID]
#: The id of the request and the traceparent of whoever asked for a mail.
Trace = tuple[str | None, str | None]
#: A mail that can go out, or why it cannot.
Mail = desk.Outgoing | desk.Overtaken | TryLater


def send_due(runtime: Runtime) -> int:
    """Claims mails that are due and sends them over a few connections; answers how many it took on."""
    seconds = (_handing_over(runtime) + SLACK).total_seconds()
    with runtime.work() as work:
        order = Notification.next_attempt_at
        claims = claim_due(work, Notification, _due(work.now), order_by=order, limit=AT_ONCE, seconds=seconds)
    batches = [claims[start::THREADS] for start in range(min(THREADS, len(claims)))]
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="mail") as pool:
        for done in [pool.submit(_send_batch, runtime, batch) for batch in batches]:
            done.result()
    return len(claims)


def _due(now: dt.datetime) -> ColumnElement[bool]:
    earlier = aliased(Notification)
    waits_for_another = exists().where(
        earlier.about_id == Notification.about_id,
        earlier.recipient_key == Notification.recipient_key,
        earlier.next_attempt_at <= now,
        earlier.created_at < Notification.created_at,
    )
    leads = or_(Notification.batch_id.is_(None), Notification.batch_id == Notification.id)
    return and_(Notification.next_attempt_at <= now, leads, ~waits_for_another)


def backlog(work: Work) -> tuple[int, dt.datetime | None]:
    """Mails that are due, and since when the oldest."""
    return due_by(work, Notification.next_attempt_at)


def retries(work: Work) -> tuple[int, dt.datetime | None]:
    """Mails that could not be handed over and wait to be tried again."""
    tried = (Notification.attempts > 0, Notification.next_attempt_at.is_not(None))
    return work.session.scalar(select(func.count()).select_from(Notification).where(*tried)) or 0, None


def _send_batch(runtime: Runtime, claims: list[Claim]) -> None:
    connection = Connection(Server.parse(runtime.settings.smtp_url))  # type: ignore[attr-defined]
    try:
        for claim, trace, mail in _written(runtime, claims):
            with context.step(*trace):
                try:
                    _send(runtime, connection, claim, mail)
                except ClaimLost:
                    log.warning("mail_claim_lost", notification_id=str(claim[0]))
    finally:
        connection.quit()


def _written(runtime: Runtime, claims: list[Claim]) -> list[tuple[Claim, Trace, Mail]]:
    """The mails as they go out now, with the trace that each goes on with; for one that cannot be written, why."""
    written: list[tuple[Claim, Trace, Mail]] = []
    with runtime.read() as work:
        wanted = select(Notification).where(Notification.id.in_([id_ for id_, _ in claims]))
        loaded = wanted.options(selectinload(Notification.request).selectinload(MailRequest.attachments))
        found = {each.id: each for each in work.session.scalars(loaded)}  # in a few statements for all of them
        for claim in claims:
            if (notification := found.get(claim[0])) is None:
                continue  # deleted meanwhile
            trace = notification.request.requestid, notification.request.traceparent
            with context.step(*trace):
                written.append((claim, trace, _write(work, notification)))
    return written


def _write(work: Work, notification: Notification) -> Mail:
    try:
        return desk.outgoing(work, notification)
    except desk.Overtaken as error:
        return error
    except Exception as error:
        log.exception("mail_broken", notification_id=str(notification.id))
        return TryLater(f"Something is wrong with this mail: {type(error).__name__}.")


def _send(runtime: Runtime, connection: Connection, claim: Claim, mail: Mail) -> None:
    """Sends one mail and writes down what became of it; raises `ClaimLost` when another worker has taken it over."""
    try:
        if not isinstance(mail, desk.Outgoing):
            raise mail
        addresses = mail.sender.wire_address, mail.recipient.wire_address
        with metrics.reaching_out(runtime.name, "mail", answers=(desk.Overtaken, ClaimLost, Rejected)):
            connection.deliver(*addresses, mail.message, lambda: _ask_again(runtime, claim, mail.told))
    except (desk.Overtaken, Rejected, TryLater) as outcome:
        # The sentence may hold an address, which is nothing for a log.
        log.info("mail_not_sent", notification_id=str(claim[0]), outcome=type(outcome).__name__)
        _settle_unsent(runtime, claim, outcome, mail)
    else:
        log.info("mail_sent", notification_id=str(claim[0]))
        _settle_sent(runtime, claim, mail)


def _handing_over(runtime: Runtime) -> dt.timedelta:
    """How long it may take to hand over one mail: the mail server answers twice, to DATA and to its end."""
    return 2 * dt.timedelta(seconds=Server.parse(runtime.settings.smtp_url).seconds)  # type: ignore[attr-defined]


def _ask_again(runtime: Runtime, claim: Claim, told: tuple[UUID, ...]) -> None:
    """The last look before the mail is handed over: is it still ours until that is done, and may it still go (C6)?

    Where some of what it tells of may not, it is not sent, and written anew without those.
    """
    with runtime.read() as work:
        wanted = select(Notification).where(Notification.id.in_({claim[0], *told}))
        found = {each.id: each for each in work.session.scalars(wanted.options(joinedload(Notification.request)))}
        notification = found.get(claim[0])
        if notification is None or notification.claim != claim[1] or notification.claimed_until is None:
            raise ClaimLost(f"Notification {claim[0]}")
        overtaken = desk.refused(work, [found[id_] for id_ in told])
        lasts = notification.claimed_until >= work.now + _handing_over(runtime)
    if overtaken:
        raise desk.Overtaken(overtaken)
    if not lasts:
        _prolong(runtime, claim)


def _prolong(runtime: Runtime, claim: Claim) -> None:
    with runtime.work() as work:
        notification = claimed(work, Notification, *claim)
        notification.claim, notification.claimed_until = claim[1], work.now + _handing_over(runtime) + SLACK


def _settle_sent(runtime: Runtime, claim: Claim, mail: desk.Outgoing) -> None:
    """Writes down that the mail is out, again and again while the database is away: else it would be mailed again."""
    for pause in (*PATIENCE, None):
        try:
            with runtime.work() as work:
                for notification in desk.batch_of(work, claimed(work, Notification, *claim), lock=True):
                    if notification.id in mail.told:
                        notification.be_sent(work.now, recipient=mail.recipient.address, letter=mail.shown)
                        tell(work, NotificationSent, notification)
                    else:
                        _cancel(work, notification, mail.overtaken[notification.id])
            return
        except (OperationalError, InterfaceError):
            if pause is None:
                raise
            log.warning("mail_sent_but_database_away", notification_id=str(claim[0]))
            time.sleep(pause)


def _settle_unsent(runtime: Runtime, claim: Claim, outcome: desk.Overtaken | Rejected | TryLater, mail: Mail) -> None:
    """Writes down why the mail is not out; an address that the mail server refuses for good gets no more."""
    with runtime.work() as work:
        leader = claimed(work, Notification, *claim)
        if isinstance(outcome, Rejected) and outcome.bounced and isinstance(mail, desk.Outgoing):
            bounce(work, mail.recipient.address, outcome.bounced)
        batch = desk.batch_of(work, leader, lock=True)
        if isinstance(outcome, desk.Overtaken):
            for notification in batch:
                if notification.id in outcome.verdicts:
                    _cancel(work, notification, outcome.verdicts[notification.id])
            left = [each for each in batch if each.id not in outcome.verdicts]
            if left and leader not in left:
                left[0].lead(left, leader.message_id)
            return
        for notification in batch:
            if isinstance(outcome, Rejected):
                notification.fail(str(outcome))
                tell(work, NotificationFailed, notification)
            elif notification.be_deferred(work.now, str(outcome)):
                tell(work, NotificationFailed, notification)
            else:
                notification.updated_at = work.now


def _cancel(work: Work, notification: Notification, verdict: Verdict) -> None:
    notification.be_cancelled(verdict)
    tell(work, NotificationCancelled, notification)
