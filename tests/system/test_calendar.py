"""A coach's own calendar through all of Coachworks: by HTTP, and CalDAV on the other side."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support.broker import eventually
from tests.support.radicale import RadicaleServer
from tests.system.conftest import Running


def test_s1_18_a_session_reaches_the_coachs_calendar_and_what_is_there_already_takes_slots(
    running: Running, tmp_path: Path
) -> None:
    admin, radicale = running.admin, RadicaleServer(tmp_path)
    radicale.start()
    account = radicale.account()
    calendar = account.make_calendar()
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)
    account.put(calendar, f"DTSTART:{day:%Y%m%d}T080000Z", f"DTEND:{day:%Y%m%d}T090000Z", "SUMMARY:Dentist")
    coach = admin.get("/me")["id"]
    hours = {"weekday": day.weekday(), "from": "08:00", "to": "10:00"}
    rules = {"buffer_minutes": 0, "minimum_notice_minutes": 0, "horizon_days": 60, "slot_minutes": 60}
    admin.put(f"/coaches/{coach}/availability", {"time_zone": "Etc/UTC", "weekly": [hours], **rules})
    client = admin.post("/clients", {"name": "Mina Aziz", "email": f"mina.{uuid4().hex}@example.org"}, expect=201)
    enrolment = {"client_id": client["id"], "program_name": "Coaching", "sessions_total": 4}
    engagement = admin.post("/engagements", enrolment, expect=201)
    planned = {"starts_at": f"{day}T15:00:00Z", "duration_minutes": 60, "location": {"kind": "phone"}, "notify": False}
    session = admin.post(f"/engagements/{engagement['id']}/sessions", planned, expect=201)

    def there() -> list[Any]:
        return [event for event in account.events(calendar) if str(event["UID"]) == session["ics_uid"]]

    connection = {"kind": "caldav", "url": calendar, "username": account.username, "password": account.password}
    assert admin.put("/me/calendar", connection)["state"] == "connecting"
    eventually(lambda: admin.get("/me/calendar")["state"] == "connected", 20, "the connection")
    assert account.password not in admin.request("GET", "/me/calendar", expect=200).text
    window = {"from": f"{day}T00:00:00Z", "to": f"{day + dt.timedelta(days=1)}T00:00:00Z"}
    slots = admin.get(f"/coaches/{coach}/slots", **window)["items"]
    assert [slot["starts_at"] for slot in slots] == [f"{day}T09:00:00Z"]

    moved = {"starts_at": f"{day}T17:00:00Z", "notify": False}
    admin.post(f"/sessions/{session['id']}/reschedule", moved)
    eventually(lambda: there() and there()[0]["SEQUENCE"] == 1, 20, "the session at its new time")
    admin.request("DELETE", "/me/calendar", expect=204)
    eventually(lambda: not there(), 20, "the calendar without it")
    told = [event["type"] for event in admin.get("/events", types="scheduling.calendar.#")["items"]]
    assert told == ["scheduling.calendar.connected.v1", "scheduling.calendar.disconnected.v1"]
    radicale.stop()
