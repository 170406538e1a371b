"""What an admin and the worker do with webhooks in a test."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import uuid4

from contracts.calls import webhooks as calls
from services.notifications.webhooks.delivering import hand_out, start_delivering
from tests.service.notifications.hookserver import HookServer
from tests.support import people
from tests.support.harness import Harness


class Hooks:
    """What an admin and the worker do."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.allow_private(True)

    def allow_private(self, allowed: bool) -> None:
        settings = dataclasses.replace(self.harness.runtime.settings, allow_private_addresses=allowed)  # type: ignore[call-arg]
        self.harness.runtime.settings = settings

    def call(self, call: Any, given: dict[str, Any], **options: Any) -> Any:
        return self.harness.call(call, given, actor=options.pop("by", people.ADMIN), **options)

    def add(self, url: str, *types: str) -> Any:
        self.harness.clock.advance(seconds=1)
        return self.call(calls.create_webhook_endpoint, {"url": url, "types": list(types or ("#",))})

    def get(self, endpoint: Any) -> Any:
        return self.call(calls.get_webhook_endpoint, {"id": endpoint["id"]})

    def change(self, endpoint: Any, **changes: Any) -> Any:
        return self.call(calls.update_webhook_endpoint, {"id": endpoint["id"], **changes})

    def deliveries(self, endpoint: Any, **given: Any) -> list[Any]:
        """The oldest first."""
        items = self.call(calls.list_webhook_deliveries, {"id": endpoint["id"], **given})["items"]
        return list(reversed(items))

    def happen(self, number: int = 1) -> list[str]:
        """Something happens so often; the ids of the events."""
        ids = [uuid4() for _ in range(number)]
        for id_ in ids:
            self.harness.clock.advance(seconds=1)
            facts = people.organisation_facts()
            self.harness.feed("engagements.organisation.updated.v1", subject=uuid4(), data=facts, event_id=id_)
        return [str(id_) for id_ in ids]

    def run(self) -> None:
        """The worker does all that is due now."""
        while self.harness.run(hand_out):
            pass
        for thread in start_delivering(self.harness.runtime):
            thread.join(30)
            assert not thread.is_alive()


def ids(server: HookServer) -> list[str]:
    return [taken.headers["webhook-id"] for taken in server.taken]
