"""Consumers of public events: each a user, a queue and its bindings, made with `rabbitmqctl` alone (decision 0095).

`RABBITMQCTL` is the command that reaches the broker's own node, such as `docker compose exec -T rabbitmq rabbitmqctl`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from chassis.nodes import nodes_of, parameters_of
from chassis.topology import DEAD, DELIVERY_LIMIT, EVENTS, STREAM
from contracts.errors import Conflict, Invalid, NotFound, Unavailable
from contracts.events import PUBLIC, registry
from contracts.topics import topic_matches

PREFIX = "consumer."
#: What waits beyond that is dropped, oldest first: a consumer that never comes must not fill the broker's disk.
LONGEST_QUEUE = 1_000_000
LONGEST_DEAD_QUEUE = 10_000
_HASHING = "rabbit_password_hashing_sha256"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PATTERN = re.compile(r"([a-z_0-9]+|\*|#)(\.([a-z_0-9]+|\*|#))*")


@dataclass(frozen=True)
class Consumer:
    """A consumer as the broker knows it: its patterns, how many messages wait for it, how many connections read."""

    name: str
    types: tuple[str, ...]
    waiting: int
    readers: int


class Consumers:
    """The consumers of the broker that `url` leads to, by the command `ctl`."""

    def __init__(self, url: str, ctl: str) -> None:
        self._url = url
        self._ctl = shlex.split(ctl)
        self._vhost = parameters_of(url)[0].virtual_host

    def add(self, name: str, types: Sequence[str], *, replay: bool) -> str:
        """Makes the consumer and answers the address, password in it, that it connects to; nobody can see it again.

        With `replay` it may also read the stream, which holds every public event.
        """
        if not _NAME.fullmatch(name):
            raise Invalid("A name has at most 40 small letters, digits and hyphens.")
        if name in self._names():
            raise Conflict(f"There is a consumer {name} already.")
        for pattern in types:
            _check(pattern)
        password = secrets.token_urlsafe(24)
        document = json.dumps(_definitions(self._vhost, PREFIX + name, password, types, replay))
        self._run("import_definitions", given=document)
        return ";".join(self._address(node, PREFIX + name, password) for node in nodes_of(self._url))

    def all(self) -> list[Consumer]:
        """Every consumer, by name."""
        queues = {row["name"]: row for row in self._rows("list_queues", "name", "messages", "consumers")}
        bound: dict[str, list[str]] = {}
        for row in self._rows("list_bindings", "source_name", "destination_name", "routing_key"):
            if row["source_name"] == EVENTS.name:
                bound.setdefault(row["destination_name"], []).append(row["routing_key"])
        return [
            Consumer(
                name,
                tuple(sorted(bound.get(PREFIX + name, ()))),
                queues.get(PREFIX + name, {}).get("messages", 0),
                queues.get(PREFIX + name, {}).get("consumers", 0),
            )
            for name in self._names()
        ]

    def remove(self, name: str) -> None:
        """Takes the consumer away, and what waits for it; who is connected as it is cut off."""
        if name not in self._names():
            raise NotFound(f"There is no consumer {name}.")
        there = {row["name"] for row in self._rows("list_queues", "name")}
        for queue in (PREFIX + name, f"{PREFIX}{name}.dead"):
            if queue in there:
                self._run("delete_queue", "--vhost", self._vhost, queue)
        self._run("delete_user", PREFIX + name)

    def _address(self, node: str, user: str, password: str) -> str:
        place = urlsplit(node)
        host = place.netloc.rpartition("@")[2]
        return f"{place.scheme}://{user}:{password}@{host}/{quote(self._vhost, safe='')}"

    def _names(self) -> list[str]:
        users = json.loads(self._run("list_users", "--formatter", "json"))
        return sorted(row["user"].removeprefix(PREFIX) for row in users if row["user"].startswith(PREFIX))

    def _rows(self, what: str, *columns: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(
            self._run(what, "--vhost", self._vhost, "--formatter", "json", *columns)
        )
        return rows

    def _run(self, *arguments: str, given: str = "") -> str:
        try:
            done = subprocess.run(
                [*self._ctl, "--quiet", *arguments],
                input=given,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"RABBITMQCTL ({shlex.join(self._ctl)}) does not work: {error}") from None
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise Unavailable(f"rabbitmqctl {arguments[0]} failed: {' '.join(said[:3])}")
        return done.stdout


def _check(pattern: str) -> None:
    public = [event.type for event in registry().values() if event.exchange == PUBLIC]
    if not _PATTERN.fullmatch(pattern) or not any(topic_matches(pattern, type_) for type_ in public):
        raise Invalid(f"No event matches {pattern}; docs/events.md lists them.")


def _definitions(vhost: str, own: str, password: str, types: Sequence[str], replay: bool) -> dict[str, Any]:
    """What RabbitMQ imports: the user may read its own queues, and nothing else in the whole broker."""
    readable = [own, f"{own}.dead", *([STREAM.name] if replay else [])]
    quorum = {"x-queue-type": "quorum", "x-overflow": "drop-head"}
    limits = {
        "x-max-length": LONGEST_QUEUE,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD.name,
        "x-dead-letter-routing-key": own,
    }
    queues = {own: quorum | limits, f"{own}.dead": quorum | {"x-max-length": LONGEST_DEAD_QUEUE}}
    bindings = [(EVENTS.name, own, pattern) for pattern in types] + [(DEAD.name, f"{own}.dead", own)]
    lasting = {"vhost": vhost, "durable": True, "auto_delete": False, "arguments": {}}
    to_queue = {"vhost": vhost, "destination_type": "queue", "arguments": {}}
    read = f"^({'|'.join(map(re.escape, readable))})$"
    return {
        "users": [{"name": own, "password_hash": _hash(password), "hashing_algorithm": _HASHING, "tags": []}],
        "permissions": [{"user": own, "vhost": vhost, "configure": "^$", "write": "^$", "read": read}],
        "exchanges": [
            lasting | {"name": exchange.name, "type": "topic", "internal": False} for exchange in (EVENTS, DEAD)
        ],
        "queues": [lasting | {"name": name, "arguments": arguments} for name, arguments in queues.items()],
        "bindings": [
            to_queue | {"source": source, "destination": queue, "routing_key": key} for source, queue, key in bindings
        ],
    }


def _hash(password: str) -> str:
    """As RabbitMQ keeps passwords, so that the broker's own tools never see it: salt and SHA-256 of both, in base64."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
