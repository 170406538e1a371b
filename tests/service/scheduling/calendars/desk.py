"""A coach at a desk: Coachworks on one side, a calendar of the coach's own on the other."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from icalendar import Event

from contracts.actor import Actor
from contracts.calls import availability
from contracts.calls import calendars as calls
from contracts.envelope import Event as Envelope
from services.scheduling.calendars.syncing import sync_due
from tests.service.scheduling.house import House
from tests.support.radicale import Account

#: Tuesdays from nine to noon, by the coach's clock, which is UTC+1 in December.
HOURS: dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "weekly": [{"weekday": 1, "from": "09:00", "to": "12:00"}],
    "buffer_minutes": 0,
    "minimum_notice_minutes": 60,
    "horizon_days": 60,
    "slot_minutes": 60,
}


class Desk:
    def __init__(self, house: House, account: Account) -> None:
        self.house = house
        self.account = account
        self.calendar = account.make_calendar()

    def connect(self, url: str = "", by: Actor | None = None, **changes: Any) -> Any:
        given = {
            "kind": "caldav",
            "url": url or self.calendar,
            "username": self.account.username,
            "password": self.account.password,
            **changes,
        }
        return self.house.harness.call(calls.connect_calendar, given, by or self.house.coach)

    def connected(self, **changes: Any) -> Any:
        """Connects and puts in step; what is shown then."""
        self.connect(**changes)
        return self.settled()

    def sync(self, by: Actor | None = None) -> Any:
        return self.house.harness.call(calls.sync_calendar, {}, by or self.house.coach)

    def disconnect(self, by: Actor | None = None) -> None:
        self.house.harness.call(calls.disconnect_calendar, {}, by or self.house.coach)

    def shown(self, by: Actor | None = None) -> Any:
        return self.house.harness.call(calls.get_calendar, {}, by or self.house.coach)

    def work(self) -> int:
        """The worker does what is due now."""
        return self.house.harness.run(sync_due)

    def settled(self) -> Any:
        """What is shown after the worker was there."""
        self.work()
        return self.shown()

    def later(self, **delta: float) -> Any:
        """What is shown after a while, in which the worker was there."""
        self.house.harness.clock.advance(**(delta or {"minutes": 5}))
        return self.settled()

    def events(self) -> list[Event]:
        return self.account.events(self.calendar)

    def ours(self) -> list[Event]:
        """The events in the calendar that we wrote."""
        return [event for event in self.events() if str(event["UID"]).endswith("@coachworks")]

    def href(self, session: Any) -> str:
        return f"{self.calendar}{session['id']}.ics"

    def conflicts(self) -> list[tuple[str, str]]:
        return [(conflict["session_id"], conflict["what"]) for conflict in self.shown()["conflicts"]]

    def told(self, what: str) -> list[Envelope]:
        return self.house.harness.events(f"scheduling.calendar.{what}.v1")

    def opens(self, coach: UUID | None = None) -> None:
        """The coach offers time."""
        given = {"id": str(coach or self.house.coach.id), **HOURS}
        self.house.harness.call(availability.set_availability, given, self.house.coach)

    def free(self, day: str = "2026-12-01") -> list[str]:
        """The times at which slots start, by the coach's clock."""
        begin = dt.datetime.fromisoformat(f"{day}T00:00:00+01:00")
        window = {"from": begin.isoformat(), "to": (begin + dt.timedelta(days=1)).isoformat()}
        given = {"id": str(self.house.coach.id), **window}
        answer = self.house.harness.call(availability.list_slots, given, self.house.coach)
        local = [dt.datetime.fromisoformat(slot["starts_at"]).astimezone(begin.tzinfo) for slot in answer["items"]]
        return [f"{start:%H:%M}" for start in local]

    def why(self, starts_at: str) -> str | None:
        given = {"id": str(self.house.coach.id), "starts_at": starts_at}
        reason: str | None = self.house.harness.call(availability.why_not_free, given, self.house.client)["reason"]
        return reason
