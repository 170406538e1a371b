"""A server that is down, slow or answers nonsense delays its own coach alone, and that is shown and told once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from chassis.outward import Outward
from contracts.calls import calendars as calls
from contracts.errors import Invalid, NotFound, Stale
from services.scheduling.calendars import syncing
from services.scheduling.calendars.models import Calendar
from tests.service.scheduling.calendars import servers
from tests.service.scheduling.calendars.desk import Desk
from tests.support.radicale import RadicaleServer

START = "2026-12-01T15:00:00Z"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "SECONDS", 1.0)


@pytest.fixture
def stalled() -> Iterator[servers.Bad]:
    until = threading.Event()
    with servers.server(servers.stalling(until)) as bad:
        yield bad
        until.set()


def through(desk: Desk, bad: servers.Bad) -> str:
    """The address of the desk's calendar by way of that server."""
    return bad.url.removesuffix("/judith/") + urlsplit(desk.calendar).path


def test_an_outage_is_shown_and_told_once_and_ends_by_itself(desk: Desk) -> None:
    with servers.server(servers.passing_on(desk.account)) as bad:
        desk.connected(url=through(desk, bad))
        bad.behaves(servers.answering(503))
        session = desk.house.schedule(START)
        shown = desk.settled()
        assert (shown["state"], shown["failing_since"]) == ("failing", "2026-11-24T09:00:00Z")
        assert shown["last_error"] == "The server answered 503, which is no answer to what was asked."
        assert shown["last_sync_at"] == "2026-11-24T09:00:00Z"
        for _ in range(6):
            desk.later(minutes=40)
        assert [event.data["reason"] for event in desk.told("failed")] == [shown["last_error"]]
        assert desk.shown()["failing_since"] == "2026-11-24T09:00:00Z"
        bad.behaves(servers.passing_on(desk.account))
        shown = desk.later(minutes=40)
    assert (shown["state"], shown["failing_since"], shown["last_error"]) == ("connected", None, None)
    assert [str(event["UID"]) for event in desk.events()] == [session["ics_uid"]], "what was to be written waited"
    assert len(desk.told("connected")) == 2
    assert {event.subject for event in desk.told("connected")} == {shown["id"]}


def test_the_pauses_grow(desk: Desk) -> None:
    with servers.server(servers.answering(500)) as bad:
        desk.connect(url=bad.url)
        tries = []
        for _ in range(100):
            before = len(bad.seen)
            desk.work()
            tries.append(len(bad.seen) > before)
            desk.house.harness.clock.advance(minutes=1)
    assert [minute for minute, tried in enumerate(tries) if tried] == [0, 1, 2, 4, 9, 24, 54, 84]


def test_a_server_that_is_not_there_and_one_that_comes_back(desk: Desk, radicale: RadicaleServer) -> None:
    desk.connected()
    desk.house.schedule(START)
    radicale.stop()
    try:
        assert desk.settled()["last_error"] == "The server does not answer."
    finally:
        radicale.start()
    assert desk.later(minutes=1)["state"] == "connected"
    assert len(desk.events()) == 1


@pytest.mark.parametrize(
    ("behave", "sentence"),
    [
        (servers.answering(401), "The server refuses the user name or the password."),
        (servers.answering(403), "The server does not let this user in there."),
        (servers.answering(404), "There is no calendar at that address."),
        (servers.answering(200), "The server answered 200, which is no answer to what was asked."),
        (lambda handler: handler.say(207, b"<html>no"), "The server's answer cannot be read."),
        (
            lambda handler: handler.say(207, b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'),
            "The server's answer cannot be read.",
        ),
        (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n"), "The server does not answer."),
    ],
    ids=["401", "403", "404", "200", "no XML", "entities", "no HTTP"],
)
def test_what_is_wrong_is_said_in_a_sentence(desk: Desk, behave: servers.Behave, sentence: str) -> None:
    with servers.server(behave) as bad:
        assert desk.connected(url=bad.url)["last_error"] == sentence


@pytest.mark.usefixtures("impatient")
def test_a_server_that_stalls_is_cut_off_and_keeps_no_other_coach_waiting(
    desk: Desk, stalled: servers.Bad, radicale: RadicaleServer
) -> None:
    quick = Desk(desk.house, radicale.account())
    coach = desk.house.coach_called("Noor Haddad")
    desk.connect(url=stalled.url)
    quick.connect(by=coach)
    working = threading.Thread(target=desk.work)
    working.start()
    for _ in range(200):
        if quick.shown(by=coach)["state"] == "connected":
            break
        threading.Event().wait(0.02)
    assert desk.shown()["state"] == "connecting", "it is still waited for"
    working.join()
    assert desk.shown()["last_error"] == "The server took too long."


def test_what_the_server_does_not_take_is_shown_and_keeps_nothing_else_from_being_written(desk: Desk) -> None:
    session = desk.house.schedule(START)
    with servers.server(servers.passing_on(desk.account, instead={"PUT": servers.answering(415)})) as bad:
        shown = desk.connected(url=through(desk, bad))
        assert (shown["state"], desk.conflicts()) == ("connected", [(session["id"], "refused")])
        before = len(bad.seen)
        desk.later()
        assert "PUT" not in bad.seen[before:]
        bad.behaves(servers.passing_on(desk.account))
        desk.sync()
        desk.work()
    assert (desk.conflicts(), len(desk.events())) == ([], 1)


def test_what_the_server_does_not_let_go_is_shown_and_tried_again_with_all_others(desk: Desk) -> None:
    session = desk.house.schedule(START)
    with servers.server(servers.passing_on(desk.account, instead={"DELETE": servers.answering(403)})) as bad:
        desk.connected(url=through(desk, bad))
        desk.house.cancel(session)
        desk.work()
        assert (desk.conflicts(), desk.work()) == ([(session["id"], "refused")], 0)
        bad.behaves(servers.passing_on(desk.account))
        desk.later()
    assert (desk.conflicts(), desk.events()) == ([], [])


def test_c10_the_former_coach_sees_nothing_of_a_session_that_cannot_be_removed_there(desk: Desk) -> None:
    desk.house.schedule(START)
    with servers.server(servers.passing_on(desk.account, instead={"DELETE": servers.answering(403)})) as bad:
        desk.connected(url=through(desk, bad))
        desk.house.assign(desk.house.coach_called("Noor Haddad"))
        desk.work()
        assert (desk.conflicts(), desk.work()) == ([], 0)


def test_one_that_was_changed_while_we_wrote_is_looked_at_again_soon(desk: Desk) -> None:
    desk.house.schedule(START)
    with servers.server(servers.passing_on(desk.account, instead={"PUT": servers.answering(412)})) as bad:
        assert desk.connected(url=through(desk, bad))["next_sync_at"] == "2026-11-24T09:00:10Z"
        bad.behaves(servers.passing_on(desk.account))
        desk.later(seconds=10)
    assert (desk.conflicts(), len(desk.events())) == ([], 1)


@pytest.mark.parametrize("end", ["handed over", "deleted", "cancelled"])
def test_one_that_cannot_be_removed_because_it_changes_all_the_time_is_tried_again_soon_but_not_at_once(
    desk: Desk, end: str
) -> None:
    session = desk.house.schedule(START)
    with servers.server(servers.passing_on(desk.account, instead={"DELETE": servers.answering(412)})) as bad:
        desk.connected(url=through(desk, bad))
        if end == "handed over":
            desk.house.assign(desk.house.coach_called("Noor Haddad"))
        elif end == "deleted":
            desk.house.delete()
        else:
            desk.house.cancel(session)
        assert (desk.work(), desk.work(), desk.work()) == (1, 0, 0)
        assert len(desk.events()) == 1
        bad.behaves(servers.passing_on(desk.account))
        desk.later(seconds=10)
    assert desk.events() == []


def test_a_calendar_that_takes_longer_than_its_time_is_shown_as_failing_and_pauses(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(*args: object) -> list[object]:
        monkeypatch.setattr(Outward, "seconds_left", -1.0)
        return []

    for _ in range(2):
        desk.account.put(desk.calendar, "DTSTART:20261201T080000Z", "DTEND:20261201T090000Z")
    monkeypatch.setattr(syncing, "times_taken", slowly)
    shown = desk.connected()
    assert shown["last_error"] == "The calendar holds more than can be worked through in time."
    assert (shown["state"], shown["next_sync_at"]) == ("failing", "2026-11-24T09:00:10Z")
    assert desk.work() == 0


def test_one_that_a_worker_did_not_finish_is_shown_as_failing_and_not_chased(desk: Desk) -> None:
    desk.connect()
    (claim,) = desk.house.harness.run(lambda runtime: syncing._claim(runtime, 8))
    desk.house.harness.clock.advance(minutes=3)
    assert desk.work() == 0, "another takes it on only after a pause"
    shown = desk.shown()
    assert (shown["state"], shown["last_error"]) == ("failing", "It took too long to put this calendar in step.")
    assert len(desk.told("failed")) == 1
    desk.house.harness.run(lambda runtime: syncing._sync(runtime, claim))
    assert desk.shown() == shown, "whoever was overtaken changes nothing"
    assert desk.later(seconds=10)["state"] == "connected"


def test_a_server_that_tells_no_etags_is_kept_in_step_all_the_same(desk: Desk) -> None:
    def without(handler: servers.Handler) -> None:
        say = handler.say
        handler.say = lambda status, body=b"", **headers: say(status, body)  # type: ignore[method-assign]
        servers.passing_on(desk.account)(handler)

    session = desk.house.schedule(START)
    with servers.server(without) as bad:
        desk.connected(url=through(desk, bad))
        assert desk.later()["conflicts"] == []
        desk.house.reschedule(session, "2026-12-02T15:00:00Z")
        desk.work()
        assert desk.later()["conflicts"] == []
    assert [event["DTSTART"].dt.day for event in desk.events()] == [2]


def test_the_calendar_is_found_by_way_of_its_server(desk: Desk, radicale: RadicaleServer) -> None:
    for url in (radicale.url, desk.account.home):
        assert desk.connected(url=url)["name"] == "Work"


def test_a_calendar_that_moved_is_found_again_and_written_anew(desk: Desk) -> None:
    desk.house.schedule(START)
    desk.connected(url=desk.account.home)
    desk.account.delete(desk.calendar)
    second = desk.account.make_calendar("Second")
    assert desk.later()["name"] == "Second"
    assert len(desk.account.events(second)) == 1


def test_who_leaves_a_server_that_is_down_is_forgotten_after_some_tries(desk: Desk) -> None:
    desk.house.schedule(START)
    with servers.server(servers.passing_on(desk.account)) as bad:
        desk.connected(url=through(desk, bad))
        bad.behaves(servers.answering(500))
        desk.disconnect()
        for _ in range(5):
            assert stored(desk) == 1
            desk.work()
            desk.house.harness.clock.advance(minutes=30)
    assert stored(desk) == 0


def test_who_leaves_with_a_password_that_is_no_longer_good_is_forgotten_at_once(desk: Desk) -> None:
    desk.house.schedule(START)
    with servers.server(servers.passing_on(desk.account)) as bad:
        desk.connected(url=through(desk, bad))
        bad.behaves(servers.answering(401))
        desk.disconnect()
        desk.work()
    assert stored(desk) == 0


def stored(desk: Desk) -> int:
    with desk.house.harness.runtime.read() as work:
        return work.session.query(Calendar).count()


def test_what_is_not_connected_can_be_neither_synced_nor_left(desk: Desk) -> None:
    nothing = {"version": 0, "state": "none", "conflicts": [], "left_out": [], "left_out_total": 0}
    assert desk.shown() == {**dict.fromkeys(desk.shown()), **nothing}
    for act in (desk.sync, desk.disconnect):
        with pytest.raises(NotFound):
            act()


def test_who_has_seen_an_older_version_changes_nothing(desk: Desk) -> None:
    desk.connect()
    with pytest.raises(Stale):
        desk.house.harness.call(calls.disconnect_calendar, {}, desk.house.coach, if_match=7)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("kind", {"kind": "exchange"}),
        ("url", {"url": "ftp://calendar.example/"}),
        ("url", {"url": "calendar.example"}),
        ("url", {"url": "https://judith:secret@calendar.example/"}),
        ("url", {"url": "https://calendar.example:99999/"}),
        ("username", {"username": ""}),
        ("password", {"password": "two\nlines"}),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_name_of_its_field(desk: Desk, field: str, changes: object) -> None:
    with pytest.raises(Invalid) as refused:
        desk.connect(**changes)  # type: ignore[arg-type]
    assert list(refused.value.errors) == [field]
