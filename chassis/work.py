"""The unit of work: one transaction with the rows that change and what they publish (DESIGN §2.3)."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar
from uuid import UUID, uuid4

from marshmallow import RAISE
from sqlalchemy import insert, inspect
from sqlalchemy.orm import Session

from chassis import context
from chassis.database import Copy, Entity
from chassis.settings import ServiceSettings
from contracts.actor import SYSTEM, Actor
from contracts.envelope import Event
from contracts.errors import NotFound, Stale
from contracts.events import EventData, schema_of
from contracts.notification import RequestNotification

Owned = TypeVar("Owned", bound=Entity)
Copied = TypeVar("Copied", bound=Copy)
Row = TypeVar("Row")


class Work:
    """One transaction. `now` is its one instant, aware UTC; `if_match` is the version that the caller has seen."""

    def __init__(
        self, session: Session, metadata: Any, settings: Any, now: dt.datetime, if_match: int | None = None
    ) -> None:
        self.session = session
        self.settings = settings
        self.now = now
        self.if_match = if_match
        self._outbox = metadata.tables["outbox"]
        self._published: list[dict[str, Any]] = []
        self._service: ServiceSettings = settings

    def add(self, row: Row) -> Row:
        """Adds a new row; an `Entity` gets its times and version 0."""
        if isinstance(row, Entity):
            row.id = row.id or uuid4()
            row.created_at = row.updated_at = self.now
            row.version = 0
        self.session.add(row)
        return row

    def get(self, model: type[Owned], id: UUID, *, what: str) -> Owned:
        """The object of that id; raises `NotFound`, whose sentence calls it `what`."""
        found = self.session.get(model, id)
        if found is None:
            raise NotFound(f"There is no such {what}.")
        return found

    def change(self, model: type[Owned], id: UUID, *, what: str) -> Owned:
        """The object, row-locked and fresh, for a command to change; raises `NotFound`, or `Stale` (If-Match)."""
        found = self.session.get(model, id, with_for_update=True, populate_existing=True)
        if found is None:
            raise NotFound(f"There is no such {what}.")
        if self.if_match is not None and found.version != self.if_match:
            raise Stale(f"The {what} has changed: it is at version {found.version}, not {self.if_match}.")
        return found

    def copy(self, model: type[Copied], id: UUID, *, what: str) -> Copied:
        """The local copy of another service's object; an event may yet bring it, so `NotFound` is awaited."""
        found = self.session.get(model, id)
        if found is None:
            raise NotFound(f"There is no such {what}.", awaited=True)
        return found

    def apply(self, model: type[Copied], event: Event, **extra: Any) -> bool:
        """Brings the copy of the event's subject up to date, unless it is as new already (DESIGN §2.7): then False.

        Columns take the event's fields of the same names, and `extra`.
        """
        row = self.session.get(model, event.subject_id, with_for_update=True)
        if row is not None and row.sequence >= event.sequence:
            return False
        self._write_copy(model, row, event, self._copied(model, event, extra))
        return True

    @staticmethod
    def _copied(model: type[Copied], event: Event, extra: dict[str, Any]) -> dict[str, Any]:
        names = {column.key for column in inspect(model).column_attrs} - {"id", "sequence"}
        return {name: value for name, value in {**event.data, **extra}.items() if name in names}

    def _write_copy(self, model: type[Copied], row: Copied | None, event: Event, values: dict[str, Any]) -> None:
        if row is None:
            new: Any = model
            self.session.add(new(id=event.subject_id, sequence=event.sequence, **values))
        else:
            row.sequence = event.sequence
            for name, value in values.items():
                setattr(row, name, value)
        self.session.flush()

    def changed(self, entity: Entity) -> None:
        """`entity` has changed, which is told to nobody: raises its version."""
        entity.version += 1
        entity.updated_at = self.now
        self.session.flush()

    def publish(self, event: type[EventData], entity: Entity, data: dict[str, Any], actor: Actor | None = None) -> None:
        """Publishes that `entity` changed: raises its version, which becomes the event's sequence.

        `data` holds Python values; what the event's schema does not know or misses is a `ValidationError`.
        """
        self.changed(entity)
        self._enqueue(event, str(entity.id), entity.version, data, actor or SYSTEM)

    def request(
        self,
        *,
        key: str,
        kind: str,
        recipients: list[dict[str, Any]],
        about: dict[str, Any],
        trigger: dict[str, Any],
        engagement_id: UUID | None = None,
        item_id: UUID | None = None,
        context: dict[str, Any] | None = None,
        attachments: list[dict[str, Any]] | None = None,
        send_at: dt.datetime | None = None,
    ) -> None:
        """Asks for one mail per recipient (contracts/notification.py); `context` must be plain JSON."""
        data = {
            "key": key,
            "kind": kind,
            "recipients": recipients,
            "about": about,
            "trigger": trigger,
            "engagement_id": engagement_id,
            "item_id": item_id,
            "context": context or {},
            "attachments": attachments or [],
            "send_at": send_at,
        }
        self._enqueue(RequestNotification, str(about["id"]), about.get("version") or 0, data, SYSTEM)

    def _enqueue(self, event: type[EventData], subject: str, sequence: int, data: dict[str, Any], actor: Actor) -> None:
        schema = schema_of(event.type)
        dumped = schema.dump(data)
        unknown = data.keys() - schema.fields.keys()
        if unknown:
            raise ValueError(f"{event.type} does not declare {sorted(unknown)}")
        schema.load(dumped, unknown=RAISE)
        trace = context.current()
        envelope = Event(
            id=uuid4(),
            type=event.type,
            source=f"/coachworks/{self._service.service}",
            subject=subject,
            time=self.now,
            sequence=sequence,
            actorid=actor.id,
            actorrole=actor.role,
            requestid=trace.request_id if trace else None,
            traceparent=trace.traceparent if trace else None,
            data=dumped,
        )
        self._published.append(
            {
                "event_id": envelope.id,
                "exchange": event.exchange,
                "routing_key": event.type,
                "body": envelope.to_bytes(),
                "created_at": self.now,
            }
        )

    def write_outbox(self) -> bool:
        """Puts all that was published into the outbox at once, in order; answers whether there was anything."""
        if self._published:
            self.session.connection().execute(insert(self._outbox), self._published)
        return bool(self._published)
