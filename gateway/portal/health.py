"""How the system is, for admins: what each service says of itself, asked of all at once."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from contracts.calls.health import status_of
from contracts.events import SERVICES
from gateway.asking import client
from gateway.portal import show
from gateway.portal.filters import duration
from gateway.portal.pages import ADMIN, Pages

pages = Pages()

#: What is due for longer than that needs somebody.
LATE_SECONDS = 600


@pages.get("/settings/health", ADMIN)
def health() -> ResponseReturnValue:
    found = show.look(**{service: (status_of(service), {}) for service in SERVICES})
    services = [_shown(service, found.beside(service), found.why_not(service)) for service in SERVICES]
    broker = client().connected()
    troubled = [service["name"].capitalize() for service in services if service["state"] != "ok"]
    return show.page("pages/health.html", services=services, broker=broker, troubled=troubled)


def _shown(name: str, status: dict[str, Any], why_not: str) -> dict[str, Any]:
    """A service as the page shows it: `state` is `ok`, `look` or `down`, `wrong` says in sentences why."""
    if not status:
        return {"name": name, "state": "down", "wrong": [why_not]}
    queues = {queue["name"]: queue for queue in status["queues"] or []}
    dead = queues.pop(f"{name}.dead", {"messages": 0})["messages"]
    due = [{**each, "since": _words(each["oldest_seconds"])} for each in status["backlogs"] or []]
    outbox = status["outbox"] and {**status["outbox"], "since": _words(status["outbox"]["oldest_seconds"])}
    wrong = [f"{check.capitalize()}: {said}." for check, said in status["checks"].items() if said != "ok"]
    wrong += [f"Nobody reads {queue['name']}." for queue in queues.values() if not queue["consumers"]]
    wrong += [f"Parked events: {status['parked']}."] if status["parked"] else []
    wrong += [f"Messages that nobody could take: {dead}."] if dead else []
    wrong += [
        f"{_title(each['name'])}: {each['waiting']}." for each in due if each["waiting"] and "parked" in each["name"]
    ]
    late = [each for each in due if each["oldest_seconds"] > LATE_SECONDS]
    wrong += [f"{_title(each['name'])}: the oldest is due for {each['since']}." for each in late]
    return {
        "name": name,
        "state": "look" if wrong else "ok",
        "wrong": wrong,
        "version": status["version"],
        "revision": status["revision"],
        "outbox": outbox,
        "queued": sum(queue["messages"] for queue in queues.values()) if status["queues"] is not None else None,
        "retried": status["retried"],
        "parked": status["parked"],
        "due": [{**each, "title": _title(each["name"])} for each in due],
    }


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _words(seconds: float) -> str:
    return duration(int(seconds // 60)) if seconds >= 60 else f"{seconds:.0f} s"
