"""A real CalDAV server for tests: Radicale on a loopback port, with as many users as are asked for."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import requests
from icalendar import Calendar, Event
from requests.auth import HTTPBasicAuth

from deploy.local.ports import free_port
from deploy.local.processes import CannotStart, last_words, spawn, stop

_SETTINGS = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
"""
_CALDAV = "{urn:ietf:params:xml:ns:caldav}"
_ALL = b"""
<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns="DAV:">
  <prop><c:calendar-data/></prop>
  <c:filter><c:comp-filter name="VCALENDAR"/></c:filter>
</c:calendar-query>"""


class RadicaleServer:
    """It can be stopped and started again; what it holds stays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "users").write_text("nobody:nothing\n")
        (folder / "settings").write_text(_SETTINGS.format(port=self.port, folder=folder))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        log = self.folder / "log"
        command = [sys.executable, "-m", "radicale", "--config", str(self.folder / "settings")]
        self._process = spawn(command, env={"PATH": os.environ["PATH"]}, log=log, cwd=self.folder)
        deadline = time.monotonic() + 30
        while True:
            try:
                requests.get(self.url, timeout=2)
                return
            except requests.ConnectionError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise CannotStart(f"Radicale did not start: {last_words(log)}") from error
                time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            stop([self._process])
            self._process = None

    def account(self, password: str = "") -> Account:
        """A new user, who has no calendar yet."""
        found = Account(self.url, f"judith-{secrets.token_hex(4)}", password or secrets.token_urlsafe(12))
        with (self.folder / "users").open("a", encoding="utf-8") as users:
            users.write(f"{found.username}:{found.password}\n")
        return found


@dataclass(frozen=True)
class Account:
    """What its user does there, with a calendar program of its own."""

    server: str
    username: str
    password: str

    @property
    def home(self) -> str:
        return urljoin(self.server, f"/{self.username}/")

    def make_calendar(self, name: str = "Work") -> str:
        """The address of a new calendar."""
        url = urljoin(self.home, f"{secrets.token_hex(8)}/")
        body = f"""<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>
            <d:displayname>{name}</d:displayname>
            <c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set>
            </d:prop></d:set></c:mkcalendar>"""
        self._ask("MKCALENDAR", url, body.encode())
        return url

    def put(self, calendar: str, *lines: str, uid: str = "", href: str = "") -> str:
        """Puts an event of these lines into a calendar; its address."""
        uid = uid or secrets.token_hex(8)
        event = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"]
        return self.put_text(href or f"{calendar}{secrets.token_hex(8)}.ics", "\r\n".join(event))

    def put_text(self, href: str, events: str) -> str:
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Another program//EN\r\n{events}\r\nEND:VCALENDAR\r\n"
        self._ask("PUT", href, text.encode())
        return href

    def change(self, href: str, old: str, new: str) -> None:
        """Changes something of an event as another program does, which keeps all else."""
        text = self.text(href)
        assert old in text, text
        self._ask("PUT", href, text.replace(old, new).encode())

    def delete(self, url: str) -> None:
        self._ask("DELETE", url)

    def text(self, href: str) -> str:
        return self._ask("GET", href).content.decode()

    def hrefs(self, calendar: str) -> list[str]:
        """The addresses of all that the calendar holds."""
        answer = self._ask("PROPFIND", calendar, depth="1").text
        found = [urljoin(calendar, path) for path in re.findall(r"<(?:\w+:)?href>([^<]+\.ics)</", answer)]
        return sorted(set(found))

    def events(self, calendar: str) -> list[Event]:
        """All events of the calendar, by start, as one answer of the server shows them."""
        answer = self._ask("REPORT", calendar, _ALL, depth="1").content
        texts = [data.text or "" for data in ElementTree.fromstring(answer).iter(f"{_CALDAV}calendar-data")]
        found = [event for text in texts for event in Calendar.from_ical(text).walk("VEVENT")]
        return sorted(found, key=lambda event: str(event["DTSTART"].dt))

    def _ask(self, method: str, url: str, body: bytes = b"", depth: str = "0") -> requests.Response:
        auth = HTTPBasicAuth(self.username.encode(), self.password.encode())
        answer = requests.request(method, url, data=body, auth=auth, headers={"Depth": depth}, timeout=20)
        answer.raise_for_status()
        return answer
