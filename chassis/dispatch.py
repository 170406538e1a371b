"""How a call is answered: who acts, may they, is it understood, was it answered before; then the operation."""

from __future__ import annotations

import hmac
import json
import time
from copy import deepcopy
from functools import cache
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import ColumnElement, and_, select, update

from chassis import health, logs
from chassis.database import DOWN, insert_new
from chassis.identity import verify
from chassis.runtime import Runtime
from chassis.sealing import Seal, key_for
from chassis.service import Operation, Outside, checks_of
from chassis.work import Work
from contracts.actor import PUBLIC, Actor
from contracts.calls import Call
from contracts.calls.health import status_of
from contracts.errors import Broken, CoachworksError, Conflict, Forbidden, Invalid, Unauthenticated, Unavailable
from contracts.schema import Schema

log = logs.get(__name__)
_PAUSE = 0.05
#: What kept answers are sealed for.
PURPOSE = "idempotency"


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
    actor = verify(runtime.settings.assertion_public_keys, assertion, runtime.clock.now()) if assertion else PUBLIC
    _may(call, actor)
    try:
        loaded = _schema(call.input).load(input)
    except ValidationError as error:
        raise Invalid("The input is not valid.", errors=error.normalized_messages()) from None
    operation = health.tell_status(runtime) if call == status_of(runtime.name) else runtime.service.answers[call]
    for check in checks_of(operation):
        runtime.aside(check, runtime.settings, loaded)
    give_up = time.monotonic() + runtime.patience
    lost = 0
    while True:
        try:
            if call.kind == "query":
                with runtime.read() as work:
                    result = operation(work, actor, deepcopy(loaded))
                    if not isinstance(result, Outside):
                        return _dump(call, result)
                return _dump(call, result.fetch())
            return _command(runtime, call, operation, actor, input, deepcopy(loaded), key, if_match)
        except CoachworksError as error:
            if not error.awaited or time.monotonic() > give_up:
                raise
            time.sleep(_PAUSE)
        except DOWN as error:
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
    assert not isinstance(result, Outside), "a command's transaction is over only when its answer is kept"
    return None if call.output is None else _schema(call.output).dump(result)


@cache
def _schema(cls: type[Schema]) -> Schema:
    """Kept: it costs more to make than to use."""
    return cls()


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
        if not kept.take([call.path, raw, if_match]):
            return kept.answer()
        result = _dump(call, operation(work, actor, loaded))
        kept.keep(result)
        return result


class KeptAnswers:
    """The answers under idempotency keys, kept in the transaction of the change. Each actor has keys of its own."""

    def __init__(self, runtime: Runtime, work: Work, actor: Actor, key: str) -> None:
        self._table = runtime.tables["idempotency"]
        self._work = work
        self._row = {"actor": str(actor.id or actor.role), "key": key}
        # Some answers hold a token; all are encrypted at rest, so that none can be forgotten.
        self._secrets = [key_for(PURPOSE, key) for key in runtime.settings.secret_keys]
        self._seal = Seal(PURPOSE, runtime.settings.secret_keys)

    def take(self, request: list[Any]) -> bool:
        """Takes the key for `request`; False if it was answered before, `Conflict` if the key was another request's.

        Who has the same key at the same moment waits here for the other's end, before it does anything.
        """
        # Keyed, because some requests hold a password.
        said = json.dumps(request, sort_keys=True).encode()
        fingerprints = [hmac.digest(secret, said, "sha256").hex() for secret in self._secrets]
        session, now = self._work.session, self._work.now
        if insert_new(session, self._table, **self._row, fingerprint=fingerprints[0], answer=b"", created_at=now):
            return True
        if self._find().fingerprint not in fingerprints:
            raise Conflict("The Idempotency-Key was used for another request.")
        return False

    def answer(self) -> Any:
        """The answer that was kept."""
        return json.loads(self._seal.open(self._find().answer))

    def keep(self, result: Any) -> None:
        """Keeps the answer under the key that was taken."""
        kept = self._seal.seal(json.dumps(result).encode())
        self._work.session.execute(update(self._table).where(self._mine()).values(answer=kept))

    def _find(self) -> Any:
        return self._work.session.execute(select(self._table).where(self._mine())).one()

    def _mine(self) -> ColumnElement[bool]:
        return and_(*(self._table.c[name] == value for name, value in self._row.items()))
