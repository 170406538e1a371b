"""Takes out what was mailed, worded and logged about a client: by its ids, and elsewhere by its address."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, delete, func, or_, select, update

from chassis.work import Work
from contracts.events.notifications import NotificationCancelled
from services.notifications.copies.models import CoachingSession, Invoice, Place
from services.notifications.eventlog.models import LoggedEvent
from services.notifications.eventlog.scrubbing import scrubbed, without_address
from services.notifications.items.models import Item, ItemWording
from services.notifications.outbound.models import Attachment, MailRequest, Notification
from services.notifications.outbound.operations import tell
from services.notifications.preferences.models import SwitchedOff
from services.notifications.suppressions.models import Suppression, UnsubscribeLink
from services.notifications.webhooks.models import WebhookDelivery

_AT_ONCE = 500


@dataclass(frozen=True)
class Subject:
    """Who is erased: its id, those of its engagements, and its address in lower case, empty where it is not known."""

    client_id: UUID
    engagements: list[UUID]
    address: str

    @property
    def ids(self) -> list[str]:
        return [str(self.client_id), *(str(id_) for id_ in self.engagements)]

    @property
    def words(self) -> list[str]:
        return [*self.ids, *([self.address] if self.address else [])]

    @property
    def instead(self) -> str:
        """What stands in place of the address."""
        return f"{self.client_id}@erased.invalid"

    @property
    def mails(self) -> ColumnElement[bool]:
        """To it, or on behalf of its engagements."""
        its_own = or_(
            Notification.person_id == self.client_id,
            Notification.client_id == self.client_id,
            Notification.engagement_id.in_(self.engagements),
        )
        if not self.address:
            return its_own
        columns = (Notification.recipient, Notification.typed_email, Notification.recipient_key)
        return or_(its_own, *(func.lower(column) == self.address for column in columns))

    @property
    def events(self) -> ColumnElement[bool]:
        """That name it, its engagements or its address."""
        text = func.lower(cast(LoggedEvent.envelope, String))
        return or_(*(text.contains(word, autoescape=True) for word in self.words))


def forget_mail(work: Work, subject: Subject) -> None:
    """What still waits is called off; of what is over stays that there was a mail, of which kind, and when."""
    found = select(Notification).where(subject.mails).order_by(Notification.id).with_for_update()
    requests = set()
    for notification in work.session.scalars(found.execution_options(populate_existing=True)).all():
        if notification.engagement_id in subject.engagements or notification.client_id == subject.client_id:
            requests.add(notification.request_id)
        if notification.erase(subject.client_id, subject.instead):
            tell(work, NotificationCancelled, notification)
    work.session.flush()
    work.session.execute(delete(Attachment).where(Attachment.request_id.in_(requests)))
    work.session.execute(update(MailRequest).where(MailRequest.id.in_(requests)).values(context={}))
    work.session.execute(delete(SwitchedOff).where(SwitchedOff.person_id == subject.client_id))
    work.session.execute(delete(Suppression).where(Suppression.address == subject.address))
    work.session.execute(delete(UnsubscribeLink).where(func.lower(UnsubscribeLink.address) == subject.address))


def forget_log(work: Work, subject: Subject) -> set[UUID]:
    """Empties the events that are about it; answers what else these were about: its sessions, goals, invoices."""
    about: set[UUID] = set()
    position = 0
    while True:
        batch = select(LoggedEvent).where(subject.events, LoggedEvent.position > position)
        found = list(work.session.scalars(batch.order_by(LoggedEvent.position).limit(_AT_ONCE)))
        for logged in found:
            if _names(logged.envelope, subject.ids):
                about.add(UUID(logged.envelope["subject"]))
                logged.envelope = scrubbed(logged.envelope)
            else:
                logged.envelope = without_address(logged.envelope, subject.address, subject.instead)
        events = [logged.event_id for logged in found]
        of_webhooks = update(WebhookDelivery).where(WebhookDelivery.event_id.in_(events))
        work.session.execute(of_webhooks.values(answer=None))  # whoever took it may have sent it back
        work.session.flush()
        if len(found) < _AT_ONCE:
            return about
        position = found[-1].position


def forget_copies(work: Work, subject: Subject, about: Collection[UUID]) -> None:
    """The words of what its events were about, and those written for items of its programs."""
    items = select(Item.id).where(Item.engagement_id.in_(subject.engagements))
    of_items: dict[str, Any] = {"title": "", "url": None, "recipients": []}
    for statement in (
        delete(ItemWording).where(ItemWording.item_id.in_(items)),
        update(Item).where(Item.engagement_id.in_(subject.engagements)).values(of_items),
        update(Place).where(Place.id.in_(about)).values(name=None, gone=True),
        update(CoachingSession).where(CoachingSession.id.in_(about)).values(context=None),
        update(Invoice).where(Invoice.id.in_(about)).values(context=None),
    ):
        work.session.execute(statement, execution_options={"synchronize_session": False})
    if subject.address:
        text = func.lower(cast(Item.recipients, String))
        for item in work.session.scalars(select(Item).where(text.contains(subject.address, autoescape=True))):
            item.recipients = without_address(item.recipients, subject.address, subject.instead)


def _names(envelope: dict[str, Any], ids: Collection[str]) -> bool:
    """Whether the event is about one of those objects, or belongs to one."""
    data = envelope["data"]
    return bool({envelope["subject"], data.get("client_id"), data.get("engagement_id"), data.get("person_id")} & {*ids})
