"""The password of a calendar goes to its server and nowhere else, and never into our own networks."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text, update

from chassis import addresses
from chassis.outward import Outward, Reply
from chassis.resealing import Resealed, reseal
from contracts.calls import calendars as calls
from contracts.errors import Forbidden, Invalid
from services.scheduling.calendars.caldav import Failed, Server
from services.scheduling.calendars.models import Calendar, CalendarEntry
from services.scheduling.calendars.syncing import sync_due
from tests.service.scheduling.calendars import servers
from tests.service.scheduling.calendars.desk import Desk
from tests.service.scheduling.house import House
from tests.support.harness import Harness, service_harness
from tests.support.radicale import RadicaleServer

PASSWORD = "correct horse battery"
strict = service_harness("services.scheduling.service")


@pytest.fixture
def guarded(strict: Harness) -> House:
    """Where ALLOW_PRIVATE_ADDRESSES is not set."""
    return House(strict)


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def rows_of(harness: Harness) -> str:
    """All that is stored, as text."""
    with harness.runtime.read() as work:
        found = [work.session.execute(select(table)).all() for table in harness.service.metadata.sorted_tables]
        return repr([[[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows] for rows in found])


def test_the_password_is_in_no_answer_event_log_or_row(
    desk: Desk, everything: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def behave(handler: servers.Handler) -> None:
        seen.append(handler.headers["Authorization"])
        handler.say(401)

    with servers.server(behave) as bad:
        answers = [desk.connect(url=bad.url, password=PASSWORD, username="judith")]
        answers += [desk.settled(), desk.sync(), desk.settled()]
        desk.disconnect()
    assert seen, "it was tried"
    events = [event.data for event in desk.house.harness.published()]
    told = json.dumps([answers, events], default=str) + everything.text + "".join(capsys.readouterr())
    told += rows_of(desk.house.harness)
    for secret in (PASSWORD, seen[0].removeprefix("Basic ")):
        assert secret not in told


def test_it_is_stored_sealed_and_forgotten_when_the_calendar_is_left(desk: Desk) -> None:
    desk.connected()
    with desk.house.harness.runtime.read() as work:
        (calendar,) = work.session.scalars(select(Calendar))
    assert desk.account.password.encode() not in calendar.password
    desk.disconnect()
    desk.work()
    with desk.house.harness.runtime.read() as work:
        assert work.session.execute(text("SELECT count(*) FROM calendar")).scalar() == 0


def test_under_another_secret_key_it_is_asked_for_again(desk: Desk) -> None:
    desk.connect()
    with desk.house.harness.runtime.work() as work:
        (calendar,) = work.session.scalars(select(Calendar))
        calendar.password = b"sealed under another key"
    assert desk.settled()["last_error"] == "The password can no longer be read. Connect the calendar again."


def test_it_is_read_with_the_older_of_two_secret_keys_until_it_is_sealed_anew(desk: Desk) -> None:
    desk.connected()
    runtime = desk.house.harness.runtime
    (old,) = runtime.settings.secret_keys
    runtime.settings = replace(runtime.settings, secret_keys=("the key that follows", old))
    desk.sync()
    assert desk.settled()["state"] == "connected"
    assert reseal(runtime) == Resealed(done=1)
    assert reseal(runtime) == Resealed(), "a second time there is nothing to do"
    runtime.settings = replace(runtime.settings, secret_keys=("the key that follows",))
    desk.sync()
    assert desk.settled()["state"] == "connected"
    runtime.settings = replace(runtime.settings, secret_keys=(old,))
    assert reseal(runtime) == Resealed(unreadable=1)


def put(house: House, url: str) -> Any:
    given = {"kind": "caldav", "url": url, "username": "judith", "password": PASSWORD}
    return house.harness.call(calls.connect_calendar, given, house.coach)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost:5232/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/",
        "https://[::ffff:192.168.0.1]/",
        "https://2130706433/",
        "https://0/",
        "http://calendar.example/",
    ],
)
def test_an_address_in_a_private_network_is_refused(guarded: House, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        put(guarded, url)
    assert list(refused.value.errors) == ["url"]
    assert guarded.harness.run(sync_due) == 0


def test_a_name_that_leads_there_is_refused_too(guarded: House, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "93.184.215.14", "10.0.0.7")
    with pytest.raises(Invalid):
        put(guarded, "https://calendar.example/")


def test_a_name_that_leads_there_only_later_is_not_connected_to(
    guarded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "93.184.215.14")
    assert put(guarded, "https://calendar.example/")["state"] == "connecting"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        resolve_to(monkeypatch, "127.0.0.1")
        guarded.harness.run(sync_due)
        with pytest.raises(BlockingIOError):
            listener.accept()
    shown = shown_to(guarded)
    assert shown["last_error"] == "The address lies in a private network, which is not allowed here."


def test_a_redirect_into_a_private_network_is_not_followed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr("chassis.outward.addresses_of", addresses.public_addresses_of)
    hosts = {"calendar.example": "127.0.0.1", "p42.calendar.example": "10.0.0.7"}
    resolve(monkeypatch, lambda host: [hosts[host]])
    with servers.server(servers.answering(302, Location="https://p42.calendar.example/")) as bad:
        shown = desk.connected(url=bad.url.replace("127.0.0.1", "calendar.example"))
    assert shown["last_error"] == "The address lies in a private network, which is not allowed here."


ELSEWHERE = "The server leads to another one, which is not given the password. Name that one instead."


def test_the_password_does_not_follow_a_redirect_to_another_server(desk: Desk) -> None:
    with servers.server(servers.answering(401)) as other:
        url = other.url.replace("127.0.0.1", "localhost")
        with servers.server(servers.answering(302, Location=url)) as bad:
            assert desk.connected(url=bad.url)["last_error"] == ELSEWHERE
        assert other.seen == []


def test_nor_does_it_go_where_the_address_of_an_event_leads(desk: Desk) -> None:
    session = desk.house.schedule("2026-12-01T15:00:00Z")
    desk.connected()
    with servers.server(servers.answering(204)) as other:
        url = other.url.replace("127.0.0.1", "localhost")
        with desk.house.harness.runtime.work() as work:
            work.session.execute(update(CalendarEntry).values(href=f"{url}event.ics"))
        desk.account.delete(desk.href(session))
        desk.house.cancel(session)
        assert desk.settled()["last_error"] == ELSEWHERE
        assert other.seen == []


@pytest.mark.parametrize(
    ("named", "other", "is_asked"),
    [
        ("https://caldav.icloud.com/", "https://p42-caldav.icloud.com/", True),
        ("https://calendar.example/", "https://calendar.example:8443/", True),
        ("http://calendar.example/", "https://calendar.example/", True),
        ("https://calendar.example/", "http://calendar.example/", False),
        ("https://dav.calendar.example/", "http://p42.calendar.example/", False),
        ("https://calendar.example/", "https://calendar.example.net/", False),
        ("https://calendar.example/", "https://notcalendar.example/", False),
        ("https://93.184.215.14/", "https://10.0.215.14/", False),
        ("https://calendar/", "https://another/", False),
    ],
)
def test_servers_of_one_domain_trust_each_other(
    named: str, other: str, is_asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(self: Outward, method: str, url: str, **given: Any) -> Reply:
        asked.append(url)
        return Reply(302, {"Location": other}, b"")

    monkeypatch.setattr(Outward, "ask", ask)
    with Outward(allow_private=False, seconds=5) as outward, pytest.raises(Failed):
        Server(outward, named, only_tls=False).find(named)
    assert (other in asked) == is_asked


def test_a_password_of_any_script_is_understood(desk: Desk, radicale: RadicaleServer) -> None:
    account = radicale.account("pässwort€")
    assert Desk(desk.house, account).connected()["state"] == "connected"


def test_clients_have_no_calendar_here(desk: Desk) -> None:
    for act in (desk.connect, desk.sync, desk.disconnect, desk.shown):
        with pytest.raises(Forbidden):
            act(by=desk.house.client)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    resolve(monkeypatch, lambda host: list(found))


def resolve(monkeypatch: pytest.MonkeyPatch, addresses_of: Callable[[str], list[str]]) -> None:
    def getaddrinfo(host: str, port: int, *args: object, **kwargs: object) -> list[Any]:
        found = [host] if host[0].isdigit() else addresses_of(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def shown_to(house: House) -> Any:
    return house.harness.call(calls.get_calendar, {}, house.coach)
