"""What an operation must know of the world outside is asked before its transaction begins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.service import beforehand
from contracts.errors import Invalid
from tests.chassis.toy import counters
from tests.support.harness import Harness, service_harness

harness = service_harness("tests.chassis.toy.service")


def with_check(harness: Harness, check: Any) -> None:
    """The toy bumps only what passes the check."""

    @beforehand(check)
    def make(work: Any, actor: Any, input: dict[str, Any]) -> Any:
        return counters.make(work, actor, input)

    harness.runtime.service = replace(harness.service, answers={**harness.service.answers, counters.bump: make})


def test_a_check_holds_no_transaction_and_is_given_settings_and_input(harness: Harness) -> None:
    given = []

    def check(settings: Any, input: dict[str, Any]) -> None:
        with harness.runtime.work() as work:  # would wait for ever within another
            given.append((settings.service, input["name"], work.now))

    with_check(harness, check)
    assert harness.call(counters.bump, {"name": "one"})["name"] == "one"
    assert given == [("toy", "one", harness.clock.now())]


def test_a_check_that_refuses_leaves_nothing_behind(harness: Harness) -> None:
    def check(settings: Any, input: dict[str, Any]) -> None:
        raise Invalid("Not this one.", errors={"name": ["No."]})

    with_check(harness, check)
    with pytest.raises(Invalid):
        harness.call(counters.bump, {"name": "one"})
    assert harness.call(counters.count) == {"counters": 0, "seen": 0}


def test_a_check_is_made_aside_where_it_may_take_its_time(harness: Harness) -> None:
    aside = []

    def note(function: Any, *arguments: Any) -> Any:
        aside.append(function)
        return function(*arguments)

    def check(settings: Any, input: dict[str, Any]) -> None:
        return None

    harness.runtime.aside = note
    with_check(harness, check)
    harness.call(counters.bump, {"name": "one"})
    assert aside == [check]
