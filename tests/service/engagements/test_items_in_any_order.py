"""Whatever happens to items in whatever order, each goes out as the rules say: once, and never out of order (C12)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.work import Work
from contracts.calls import items as calls
from contracts.errors import CoachworksError
from services.engagements.items.delivery import send_due
from tests.service.engagements.house import House
from tests.service.engagements.programs import LEILA, item_of, items

COUNT = 4
WHICH = st.integers(0, COUNT - 1)
STEPS = st.one_of(
    st.tuples(st.sampled_from(["complete", "send", "after", "unschedule", "remove"]), WHICH, st.just(0)),
    st.tuples(st.just("at"), WHICH, st.integers(1, 30)),
    st.tuples(st.just("move"), WHICH, WHICH),
    st.tuples(st.just("wait"), st.integers(0, 40), st.just(0)),
)


class Program:
    """What the rules say of a program whose items all have recipients; `sent` are titles in order."""

    def __init__(self) -> None:
        self.items = [{"title": f"Item {number}", "state": "pending", "at": None} for number in range(COUNT)]
        self.removed: set[int] = set()
        self.order = list(range(COUNT))
        self.hour = 0
        self.sent: list[str] = []

    def _send(self, item: dict[str, Any]) -> None:
        item["state"] = "sent"
        self.sent.append(item["title"])

    def _go_on(self) -> None:
        for before, which in zip(self.order, self.order[1:], strict=False):
            item = self.items[which]
            if item["state"] == "after" and self.items[before]["state"] == "completed":
                self._send(item)

    def do(self, what: str, which: int, more: int) -> bool:
        """Whether that may be done; it is done by that."""
        if what == "wait":
            self.hour += which
            due = [item for place in self.order if (item := self.items[place])["state"] == "at"]
            for item in sorted(due, key=lambda one: one["at"]):
                if item["at"] <= self.hour:
                    self._send(item)
            return True
        item = self.items[which]
        is_out = item["state"] in ("sent", "completed")
        may = which not in self.removed and (
            item["state"] != "completed" if what == "complete"
            else item["state"] in ("after", "at") if what == "unschedule"
            else not is_out or what in ("remove", "move")
        )  # fmt: skip
        if not may:
            return False
        match what:
            case "complete":
                item["state"] = "completed"
            case "send":
                self._send(item)
            case "after" | "at":
                item["state"], item["at"] = what, self.hour + more
            case "unschedule":
                item["state"] = "pending"
            case "remove":
                self.removed.add(which)
                self.order.remove(which)
            case "move":
                self.order.remove(which)
                self.order.insert(more, which)
        if what not in ("send", "unschedule"):
            self._go_on()
        return True


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(STEPS, st.booleans()), max_size=25))
def test_c12_each_item_goes_out_once_and_never_out_of_order(
    house: House, steps: list[tuple[tuple[str, int, int], bool]]
) -> None:
    house.engagement = house.enrol(house.client)["id"]
    program = Program()
    ids = [item_of(house, f"Item {number}", to=[LEILA])["id"] for number in range(COUNT)]
    for (what, which, more), is_killed in steps:
        if what == "wait":
            house.clock.advance(hours=which)
        if is_killed:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Work, "write_outbox", _die)
                assert not _try(house, program, ids, what, which, more)
        assert _try(house, program, ids, what, which, more) == program.do(what, which, more)
        events = [event.data for event in house.harness.events("engagements.item.sent.v1")]
        assert [data["title"] for data in events if data["engagement_id"] == house.engagement] == program.sent
        words = {"after": "scheduled", "at": "scheduled"}
        there = [program.items[place] for place in program.order]
        assert [(item["title"], item["state"]) for item in items(house)] == [
            (one["title"], words.get(one["state"], one["state"])) for one in there
        ]
    mails = [mail for mail in house.harness.requests("item_task") if mail["engagement_id"] == house.engagement]
    assert [mail["context"]["name"] for mail in mails] == program.sent


def _die(work: Work) -> bool:
    raise RuntimeError("The process was killed before its transaction was committed.")


def _try(house: House, program: Program, ids: list[str], what: str, which: int, more: int) -> bool:
    """Does it, also twice where replicas would; whether it was done."""
    try:
        if what == "wait":
            while send_due(house.harness.runtime):
                pass
        elif what == "move":
            order = [ids[place] for place in program.order if place != which]
            order.insert(more, ids[which])
            house.call(calls.order_items, {"id": house.engagement, "ids": order})
        else:
            call = {
                "complete": calls.complete_item, "send": calls.send_item, "after": calls.schedule_item,
                "at": calls.schedule_item, "unschedule": calls.unschedule_item, "remove": calls.remove_item,
            }[what]  # fmt: skip
            at = (house.clock.now() + dt.timedelta(hours=more)).isoformat()
            extra = {"after": {"after_previous": True}, "at": {"send_at": at}}.get(what, {})
            house.call(call, {"id": ids[which], **extra})
    except (CoachworksError, RuntimeError):
        return False
    return True
