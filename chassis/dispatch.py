"""How a call is answered: who acts, may they, is it understood, was it answered before; then the operation."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from copy import deepcopy
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from chassis import logs
from chassis.identity import verify
from chassis.runtime import Runtime
from chassis.service import Operation
from chassis.work import Work
from contracts.actor import PUBLIC, Actor
from contracts.calls import Call
from contracts.errors import Broken, CoachworksError, Conflict, Forbidden, Invalid, Unauthenticated, Unavailable

log = logs.get(__name__)
_PAUSE = 0.05


class _AnsweredMeanwhile(Exception):
    """The same command, called twice at once, was answered by the other one first."""


def answer(
    runtime: Runtime,
    call: Call,
    *,
    input: dict[str, Any],
    assertion: str | None = None,
    key: str | None = None,
    if_match: int | None = None,
    deadline: float | None = None,
) -> Any:
    """The JSON answer of `call`; raises `CoachworksError`, whatever goes wrong.

    `input` is JSON as the caller gave it; `assertion` says who acts (None: the public); under the same `key` the same
    command is done once and answered alike (kept for 24 h); past `deadline` (POSIX seconds) nobody waits any more.
    """
    if deadline is not None and runtime.clock.now().timestamp() > deadline:
        raise Unavailable("The call came too late: its caller has stopped waiting.")
    actor = verify(runtime.settings.assertion_public_key, assertion, runtime.clock.now()) if assertion else PUBLIC
    _may(call, actor)
    try:
        loaded = call.input().load(input)
    except ValidationError as error:
        raise Invalid("The input is not valid.", errors=error.normalized_messages()) from None
    operation = runtime.service.answers[call]
    give_up = time.monotonic() + runtime.patience
    lost = 0
    while True:
        try:
            if call.kind == "query":
                with runtime.read() as work:
                    return _dump(call, operation(work, actor, deepcopy(loaded)))
            return _command(runtime, call, operation, actor, input, deepcopy(loaded), key, if_match)
        except CoachworksError as error:
            if not error.awaited or time.monotonic() > give_up:
                raise
            time.sleep(_PAUSE)
        except _AnsweredMeanwhile:
            continue
        except OperationalError as error:
            lost += 1
            log.warning("database_failed", call=call.path, error=str(error.orig))
            if lost == 3:
                raise Unavailable("The database does not answer.") from error
            time.sleep(_PAUSE)


def answer_or_error(runtime: Runtime, call: Call, **request: Any) -> tuple[Any, CoachworksError | None]:
    """Like `answer`, but as a pair, and with a defect of ours turned into `Broken` and logged with its traceback."""
    try:
        return answer(runtime, call, **request), None
    except CoachworksError as error:
        return None, error
    except Exception:
        log.exception("call_failed", call=call.path)
        return None, Broken("Something went wrong on our side.")


def _may(call: Call, actor: Actor) -> None:
    if actor.role in call.roles:
        return
    if actor.role == "public":
        raise Unauthenticated("Sign in first.")
    raise Forbidden(f"This is not for the role {actor.role}.")


def _dump(call: Call, result: Any) -> Any:
    return None if call.output is None else call.output().dump(result)


def _command(
    runtime: Runtime,
    call: Call,
    operation: Operation,
    actor: Actor,
    raw: dict[str, Any],
    loaded: dict[str, Any],
    key: str | None,
    if_match: int | None,
) -> Any:
    with runtime.work(if_match=if_match) as work:
        if key is None:
            return _dump(call, operation(work, actor, loaded))
        kept = KeptAnswers(runtime, work, actor, key)
        fingerprint = hashlib.sha256(json.dumps([call.path, raw, if_match], sort_keys=True).encode()).hexdigest()
        found, earlier = kept.find(fingerprint)
        if found:
            return earlier
        result = _dump(call, operation(work, actor, loaded))
        kept.keep(fingerprint, result)
        return result


class KeptAnswers:
    """The answers under idempotency keys, kept in the transaction of the change. Each actor has keys of its own."""

    def __init__(self, runtime: Runtime, work: Work, actor: Actor, key: str) -> None:
        self._table = runtime.tables["idempotency"]
        self._work = work
        self._actor = _name(actor.id, actor.role)
        self._key = key
        # Some answers hold a token; all are encrypted at rest, so that none can be forgotten.
        secret = hashlib.sha256(b"idempotency:" + runtime.settings.secret_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(secret))

    def find(self, fingerprint: str) -> tuple[bool, Any]:
        """(True, the answer) if the command was answered before; raises `Conflict` if the key was another command's."""
        table = self._table
        row = self._work.session.execute(
            select(table).where(table.c.actor == self._actor, table.c.key == self._key)
        ).one_or_none()
        if row is None:
            return False, None
        if row.fingerprint != fingerprint:
            raise Conflict("The Idempotency-Key was used for another request.")
        return True, json.loads(self._fernet.decrypt(row.answer))

    def keep(self, fingerprint: str, result: Any) -> None:
        """Keeps the answer."""
        dialect = self._work.session.get_bind().dialect.name
        insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
        statement = insert(self._table).values(
            actor=self._actor,
            key=self._key,
            fingerprint=fingerprint,
            answer=self._fernet.encrypt(json.dumps(result).encode()),
            created_at=self._work.now,
        )
        done: Any = self._work.session.execute(statement.on_conflict_do_nothing())
        if done.rowcount == 0:
            raise _AnsweredMeanwhile


def _name(id: UUID | None, role: str) -> str:
    return str(id) if id else role
