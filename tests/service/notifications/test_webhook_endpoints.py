"""Endpoints of webhooks: tested, replayed, changed, removed; for admins alone, and never within our own networks."""

from __future__ import annotations

from typing import Any

import pytest

from chassis import addresses
from contracts.calls import webhooks as calls
from contracts.envelope import decode
from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from services.notifications.webhooks.delivering import KEPT, forget_deliveries
from services.notifications.webhooks.operations import MOST_ENDPOINTS
from tests.service.notifications.hooks import Hooks, ids
from tests.service.notifications.hookserver import HookServer, Taken
from tests.service.notifications.house import House

# By hand ----------------------------------------------------------------------------------------------------------


def test_a_replay_delivers_everything_after_a_position_again_in_place_of_what_waits(
    hooks: Hooks, hook: HookServer
) -> None:
    before = hooks.happen(2)
    endpoint = hooks.add(hook.url, "engagements.#")
    hook.answers = lambda taken: 500
    later = hooks.happen(2)
    hooks.run()
    hook.answers = lambda taken: 204
    hook.taken.clear()
    hooks.call(calls.replay_webhook_endpoint, {"id": endpoint["id"], "after": 1})
    for _ in range(2):
        hooks.run()
        hooks.harness.clock.advance(days=1)
    assert ids(hook) == [before[1], *later], "each once, though two had waited"
    with pytest.raises(Invalid) as refused:
        hooks.call(calls.replay_webhook_endpoint, {"id": endpoint["id"], "after": 1000})
    assert set(refused.value.errors) == {"after"}


def test_a_test_is_delivered_and_signed_like_an_event(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url, "billing.#")
    sent = hooks.call(calls.test_webhook_endpoint, {"id": endpoint["id"]})
    assert (sent["state"], sent["position"]) == ("pending", None)
    hooks.run()
    (taken,) = hook.taken
    assert taken.headers["webhook-id"] == sent["event_id"] == str(decode(taken.body).id)
    assert hooks.deliveries(endpoint)[0]["state"] == "delivered"


def test_it_is_changed_and_removed_with_all_of_it(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url, "billing.#")
    changed = hooks.change(endpoint, url=hook.url + "/2", types=["engagements.#"])
    assert (changed["url"], changed["version"]) == (hook.url + "/2", endpoint["version"] + 1)
    hooks.happen()
    hooks.run()
    assert [taken.path for taken in hook.taken] == ["/hook/2"]
    hooks.call(calls.delete_webhook_endpoint, {"id": endpoint["id"]})
    assert hooks.call(calls.list_webhook_endpoints, {})["items"] == []
    with pytest.raises(NotFound):
        hooks.get(endpoint)


def test_one_that_is_removed_while_it_is_delivered_to_ends_quietly(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    hooks.happen(2)

    def remove(taken: Taken) -> int:
        hooks.call(calls.delete_webhook_endpoint, {"id": endpoint["id"]})
        return 204

    hook.answers = remove
    hooks.run()
    assert len(hook.taken) == 1


def test_deliveries_are_forgotten_after_a_month(hooks: Hooks, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    hooks.happen()
    hooks.run()
    assert hooks.harness.run(forget_deliveries) == 0
    hooks.harness.clock.advance(seconds=KEPT.total_seconds())
    assert hooks.harness.run(forget_deliveries) == 1
    assert hooks.deliveries(endpoint) == []


def test_there_are_so_many_at_most(hooks: Hooks, hook: HookServer) -> None:
    for _ in range(MOST_ENDPOINTS):
        hooks.add(hook.url)
    with pytest.raises(Conflict):
        hooks.add(hook.url)


# Whom and where ---------------------------------------------------------------------------------------------------


def test_c22_webhooks_are_for_admins(hooks: Hooks, house: House, hook: HookServer) -> None:
    endpoint = hooks.add(hook.url)
    given: dict[Any, dict[str, Any]] = {
        calls.create_webhook_endpoint: {"url": hook.url, "types": ["#"]}, calls.list_webhook_endpoints: {},
        calls.replay_webhook_endpoint: {"id": endpoint["id"], "after": 0},
    }  # fmt: skip
    for call in (calls.create_webhook_endpoint, calls.list_webhook_endpoints, calls.get_webhook_endpoint,
                 calls.update_webhook_endpoint, calls.delete_webhook_endpoint, calls.test_webhook_endpoint,
                 calls.list_webhook_deliveries, calls.replay_webhook_endpoint):  # fmt: skip
        for actor in (house.coach, house.client):
            with pytest.raises(Forbidden):
                hooks.call(call, given.get(call, {"id": endpoint["id"]}), by=actor)


PRIVATE = [
    "http://127.0.0.1/hook", "http://localhost:8080/", "http://10.1.2.3/", "http://192.168.1.1/", "http://[::1]/",
    "http://169.254.169.254/latest/", "http://[::ffff:10.0.0.1]/", "http://0.0.0.0/", "http://2130706433/",
    "https://127.1/hook",
]  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE)
def test_a_private_address_is_refused(hooks: Hooks, hook: HookServer, url: str) -> None:
    hooks.allow_private(False)
    with pytest.raises(Invalid) as refused:
        hooks.add(url)
    assert set(refused.value.errors) == {"url"}
    hooks.allow_private(True)
    endpoint = hooks.add(hook.url)
    hooks.allow_private(False)
    with pytest.raises(Invalid):
        hooks.change(endpoint, url=url)
    assert hooks.change(endpoint, types=["billing.#"])["types"] == ["billing.#"]


def test_a_name_that_leads_inside_by_the_time_of_the_delivery_gets_nothing(
    hooks: Hooks, hook: HookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks.allow_private(False)
    monkeypatch.setattr(addresses, "addresses_of", lambda host, port: ["93.184.215.14"])
    endpoint = hooks.add(hook.url.replace("127.0.0.1", "hooks.example"))
    monkeypatch.setattr(addresses, "addresses_of", lambda host, port: ["127.0.0.1"])
    hooks.happen()
    hooks.run()
    assert hook.taken == []
    assert "private network" in hooks.deliveries(endpoint)[0]["answer"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "ftp://example.org"}, "url"),
        ({"url": "https://user:secret@example.org/"}, "url"),
        ({"url": "https://exa mple.org/"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://example.org:99999/"}, "url"),
        ({"types": []}, "types"),
        ({"types": ["billing..#"]}, "types"),
        ({"types": ["billing invoice"]}, "types"),
    ],
)
def test_what_is_no_address_or_no_pattern_is_refused(hooks: Hooks, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        hooks.call(calls.create_webhook_endpoint, {"url": "https://example.org/", "types": ["#"], **wrong})
    assert set(refused.value.errors) == {field}
