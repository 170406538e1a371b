"""Webhooks: public events by HTTP, signed, tried again, never within our own networks, a slow one in nobody's way."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import threading
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from chassis.migrate import check
from chassis.resealing import reseal
from contracts.calls import webhooks as calls
from contracts.envelope import CONTENT_TYPE, decode
from contracts.errors import Conflict
from services.notifications.service import service
from services.notifications.webhooks import delivering
from services.notifications.webhooks.delivering import (
    hand_out,
    start_delivering,
)
from services.notifications.webhooks.models import PAUSES, WebhookEndpoint
from tests.service.notifications.hooks import Hooks, ids
from tests.service.notifications.hookserver import HookServer
from tests.support.harness import Harness

DISABLED = "notifications.webhook_endpoint.disabled.v1"


def test_models_and_migrations_agree(notifications: Harness) -> None:
    check(service, notifications.database)


# What is delivered ------------------------------------------------------------------------------------------------


def test_an_event_is_posted_as_structured_json_and_signed_as_standard_webhooks(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    (event_id,) = hooks.happen()
    hooks.run()
    (taken,) = hook.taken
    assert taken.headers["content-type"].startswith(CONTENT_TYPE)
    event = decode(taken.body)
    assert (str(event.id), event.type) == (event_id, "engagements.organisation.updated.v1")
    assert taken.headers["webhook-id"] == event_id
    assert endpoint["secret"].startswith("whsec_")
    key = base64.b64decode(endpoint["secret"].removeprefix("whsec_"))
    assert len(key) >= 24
    signed = f"{event_id}.{taken.headers['webhook-timestamp']}.".encode() + taken.body
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert taken.headers["webhook-signature"] == f"v1,{signature}"
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(taken.body.replace(b"Northlight", b"Southlight"), taken.headers)
    (delivery,) = hooks.deliveries(endpoint)
    assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("delivered", 204, 1)


def test_what_is_due_for_an_endpoint_is_told_unless_it_is_paused(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    hooks.happen(3)
    hooks.harness.run(hand_out)
    with hooks.harness.runtime.read() as work:
        assert delivering.backlog(work) == (3, hooks.harness.clock.now())
    hooks.change(endpoint, active=False)
    with hooks.harness.runtime.read() as work:
        assert delivering.backlog(work) == (0, None)


def test_the_secret_is_answered_once_and_kept_sealed(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    again = hooks.get(endpoint)
    assert "secret" not in again
    assert {name: endpoint[name] for name in again} == again
    with hooks.harness.runtime.read() as work:
        kept = work.session.get_one(WebhookEndpoint, UUID(endpoint["id"])).sealed_secret
    assert endpoint["secret"].encode() not in kept
    assert hooks.add(hook.url)["secret"] != endpoint["secret"]


def test_when_the_secret_key_is_rotated_the_signature_stays_good(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    runtime = hooks.harness.runtime
    for secret_keys in (("the one that follows", *runtime.settings.secret_keys), ("the one that follows",)):
        runtime.settings = replace(runtime.settings, secret_keys=secret_keys)
        hooks.happen()
        hooks.run()
        taken = hook.taken[-1]
        instant = dt.datetime.fromtimestamp(int(taken.headers["webhook-timestamp"]), dt.UTC)
        signature = Webhook(endpoint["secret"]).sign(taken.headers["webhook-id"], instant, taken.body.decode())
        assert taken.headers["webhook-signature"] == signature
        reseal(runtime)
    assert len(hook.taken) == 2


@pytest.mark.parametrize(
    ("types", "taken"),
    [
        (["#"], True),
        (["engagements.#"], True),
        (["engagements.*.updated.v1"], True),
        (["billing.#", "engagements.organisation.*.v1"], True),
        (["engagements.*"], False),
        (["billing.invoice.#"], False),
    ],
)
def test_only_what_matches_a_pattern_is_delivered(
    hooks: Hooks, hook: HookServer, types: list[str], taken: bool
) -> None:
    hooks.add(hook.url, *types)
    hooks.happen()
    hooks.run()
    assert len(hook.taken) == int(taken)


def test_it_gets_what_happens_from_then_on_each_once_and_in_order(hooks: Hooks, hook: HookServer) -> None:
    hooks.happen(2)
    hooks.add(hook.url)
    later = hooks.happen(5)
    for _ in range(3):
        hooks.run()
    assert ids(hook) == later


def test_two_workers_deliver_nothing_twice(hooks: Hooks, hook: HookServer) -> None:
    hooks.add(hook.url)
    events = hooks.happen(10)
    both = [threading.Thread(target=hooks.run) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    hooks.run()
    assert sorted(ids(hook)) == sorted(events)


# What fails -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_what_was_not_taken_is_tried_again_within_30_seconds_as_the_same_message(
    hooks: Hooks, hook: HookServer, status: int
) -> None:
    endpoint = hooks.add(hook.url)
    hook.answers = lambda taken: status if len(hook.taken) == 1 else 200
    hooks.happen()
    hooks.run()
    (waits,) = hooks.deliveries(endpoint)
    assert (waits["state"], waits["status"], waits["answer"]) == ("pending", status, f"The server answered {status}.")
    hooks.run()
    assert len(hook.taken) == 1, "not before its time"
    hooks.harness.clock.advance(seconds=30)
    hooks.run()
    first, second = hook.taken
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert hooks.deliveries(endpoint)[0]["state"] == "delivered"
    assert hooks.get(endpoint)["failing_since"] is None


def test_pauses_grow_over_three_days(hooks: Hooks) -> None:
    seconds = [pause.total_seconds() for pause in PAUSES]
    assert seconds == sorted(seconds)
    assert seconds[0] < 30
    assert 2.9 <= sum(seconds) / 86400 <= 3.1


def test_one_that_fails_holds_up_no_other_of_its_endpoint(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    bad, good = hooks.happen(2)
    hook.answers = lambda taken: 500 if taken.headers["webhook-id"] == bad else 204
    hooks.run()
    assert {each["event_id"]: each["state"] for each in hooks.deliveries(endpoint)} == {
        bad: "pending",
        good: "delivered",
    }


def test_a_redirect_is_not_followed(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    hook.answers = lambda taken: (307, {"Location": hook.url.replace("/hook", "/elsewhere")})
    hooks.happen()
    hooks.run()
    assert [taken.path for taken in hook.taken] == ["/hook"]
    assert "Redirects are not followed." in hooks.deliveries(endpoint)[0]["answer"]


def test_a_server_that_is_not_there_is_tried_again(hooks: Hooks) -> None:
    with HookServer() as gone:
        url = gone.url
    endpoint = hooks.add(url)
    hooks.happen()
    hooks.run()
    (waits,) = hooks.deliveries(endpoint)
    assert (waits["state"], waits["status"], waits["answer"]) == ("pending", None, "The server does not answer.")


def test_a_slow_endpoint_delays_no_other(hooks: Hooks, hook: HookServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow one answers only when the test says so; the other has everything before that."""
    monkeypatch.setattr(delivering, "SECONDS", 60.0)
    may_answer = threading.Event()
    with HookServer() as slow:
        slow.answers = lambda taken: 204 if may_answer.wait(30) else 500
        hooks.add(slow.url)
        hooks.add(hook.url)
        events = hooks.happen(3)
        while hooks.harness.run(hand_out):
            pass
        threads = start_delivering(hooks.harness.runtime)
        by_name = {thread.name: thread for thread in threads}
        assert len(by_name) == 2
        _wait(lambda: len(hook.taken) == 3)
        more = hooks.happen(1)
        while hooks.harness.run(hand_out):
            pass
        _join([thread for thread in threads if not _is_slow(thread, hooks, slow.url)])
        _join(start_delivering(hooks.harness.runtime))
        assert ids(hook) == [*events, *more]
        assert len(slow.taken) == 1
        may_answer.set()
        _join(threads)
        assert len(slow.taken) == 4


def _is_slow(thread: threading.Thread, hooks: Hooks, url: str) -> bool:
    listed = hooks.call(calls.list_webhook_endpoints, {})["items"]
    return any(one["url"] == url and one["id"] in thread.name for one in listed)


def _join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def _wait(condition: Any) -> None:
    done = threading.Event()
    for _ in range(3000):
        if condition():
            return
        done.wait(0.01)
    raise AssertionError("It did not come to that.")


# A dead one -------------------------------------------------------------------------------------------------------


def run_out(hooks: Hooks) -> None:
    """All attempts."""
    for pause in PAUSES:
        hooks.run()
        hooks.harness.clock.advance(seconds=pause.total_seconds())
    hooks.run()


def test_a_dead_endpoint_is_disabled_after_three_days_and_that_is_told(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url + "/secret-path")
    hook.answers = lambda taken: 500
    (event_id,) = hooks.happen()
    run_out(hooks)
    assert ids(hook) == [event_id] * (len(PAUSES) + 1)
    found = hooks.get(endpoint)
    assert found["state"] == "disabled"
    assert found["reason"] == "Nothing could be delivered for three days. The server answered 500."
    (event,) = hooks.harness.events(DISABLED)
    assert (event.subject, event.data["reason"]) == (endpoint["id"], found["reason"])
    assert "secret-path" not in json.dumps(event.data), "an address may hold a secret"
    assert hooks.deliveries(endpoint)[0]["state"] == "failed"


def test_an_endpoint_that_takes_anything_meanwhile_lives(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    (bad,) = hooks.happen()
    hook.answers = lambda taken: 500 if taken.headers["webhook-id"] == bad else 204
    hooks.run()
    hooks.harness.clock.advance(days=1)
    hooks.happen()
    run_out(hooks)
    assert hooks.get(endpoint)["state"] == "active"
    assert [each["state"] for each in hooks.deliveries(endpoint)] == ["failed", "delivered"]


def test_one_that_says_it_is_gone_is_disabled_at_once(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    hook.answers = lambda taken: 410
    hooks.happen(2)
    hooks.run()
    assert hooks.get(endpoint)["state"] == "disabled"
    assert len(hook.taken) == 1
    assert len(hooks.harness.events(DISABLED)) == 1


@pytest.mark.parametrize("how", ["paused", "disabled"])
def test_what_happens_while_it_does_not_run_waits_and_goes_out_when_it_goes_on(
    hooks: Hooks, hook: HookServer, how: str
) -> None:
    endpoint = hooks.add(hook.url)
    events = hooks.happen()
    if how == "paused":
        assert hooks.change(endpoint, active=False)["state"] == "paused"
    else:
        hook.answers = lambda taken: 410
        hooks.run()
        hook.answers = lambda taken: 204
        hook.taken.clear()
    events += hooks.happen(2)
    hooks.run()
    assert hook.taken == []
    for call, given in ((calls.test_webhook_endpoint, {}), (calls.replay_webhook_endpoint, {"after": 0})):
        with pytest.raises(Conflict, match=how):
            hooks.call(call, {"id": endpoint["id"], **given})
    on = hooks.change(endpoint, active=True)
    assert (on["state"], on["reason"], on["failing_since"]) == ("active", None, None)
    hooks.run()
    assert sorted(ids(hook)) == sorted(events)
