"""The page that shows admins how each service is, and what a request is known by."""

from __future__ import annotations

import re

import pytest

from contracts.calls.health import status_of
from contracts.errors import Malformed
from contracts.events import SERVICES
from tests.gateway.examples import answer_of


def status(service, **changes):
    """A service that is well."""
    well = {
        "checks": {"database": "ok", "broker": "ok"},
        "version": "1.0.0",
        "revision": "0007",
        "needs": "0007",
        "outbox": {"name": "outbox", "waiting": 0, "oldest_seconds": 0.0},
        "retried": 0,
        "parked": 0,
        "backlogs": [],
        "queues": [
            {"name": f"rpc-{service}", "messages": 0, "consumers": 1},
            {"name": f"{service}.events", "messages": 0, "consumers": 1},
            {"name": f"{service}.dead", "messages": 0, "consumers": 0},
        ],
    }
    return {**well, **changes}


@pytest.fixture
def page(broker, browser):
    """The page after all services but those named are well: `page(billing={...})`."""

    def read(**changed):
        for service in SERVICES:
            broker.answers[f"{service}.status"] = status(service, **changed.get(service, {}))
        answer = browser("admin").get("/settings/health")
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())

    return read


def test_the_examples_are_what_the_call_answers():
    assert answer_of(status_of("billing")).keys() == status("billing").keys()


def test_a_system_that_is_well_says_so_first_and_is_asked_in_one_round(page, broker):
    html = page()
    assert "Everything works." in html
    assert html.count("Release 1.0.0, database 0007") == len(SERVICES)
    assert broker.rounds == 1


def test_a_service_that_is_down_is_shown_as_down_beside_the_others(page, broker):
    broker.down.add("billing")
    html = page()
    assert "Billing needs a look." in html
    assert html.count("Does not answer") == 1
    assert html.count("Works") == len(SERVICES) - 1


def test_a_service_of_an_older_release_says_what_it_cannot(broker, browser):
    for service in SERVICES:
        broker.answers[f"{service}.status"] = status(service)
    broker.answers["billing.status"] = Malformed("billing answers no call status.")
    assert "billing answers no call status." in browser("admin").get("/settings/health").get_data(as_text=True)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"parked": 3}, "Parked events: 3."),
        (
            {"backlogs": [{"name": "stripe_events_parked", "waiting": 2, "oldest_seconds": 0.0}]},
            "Stripe events parked: 2.",
        ),
        (
            {"checks": {"migration": "the database is at 0006, this release needs 0007"}},
            "Migration: the database is at",
        ),
        ({"queues": [{"name": "rpc-billing", "messages": 4, "consumers": 0}]}, "Nobody reads rpc-billing."),
        ({"queues": [{"name": "billing.dead", "messages": 2, "consumers": 0}]}, "Messages that nobody could take: 2."),
        (
            {"backlogs": [{"name": "stripe_events", "waiting": 5, "oldest_seconds": 900.0}]},
            "Stripe events: the oldest is due for 15 min.",
        ),
    ],
)
def test_what_needs_somebody_is_said_in_a_sentence(page, changed, sentence):
    html = page(billing=changed)
    assert sentence in html
    assert "Billing needs a look." in html


def test_what_cannot_be_told_is_no_number(page):
    away = dict.fromkeys(("revision", "outbox", "retried", "parked", "backlogs", "queues"))
    html = page(billing={**away, "checks": {"database": "does not answer"}})
    assert "Database: does not answer." in html
    assert "database –" in html


@pytest.mark.parametrize("role", ["coach", "client"])
def test_the_page_is_for_admins(browser, role):
    assert browser(role).get("/settings/health").status_code == 403


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_request_goes_on_with_its_callers_trace_and_answers_its_own_step(app):
    given = f"00-{TRACE}-00f067aa0ba902b7-01"
    answer = app.test_client().get("/healthz", headers={"traceparent": given})
    step = answer.headers["traceresponse"]
    assert step.startswith(f"00-{TRACE}-")
    assert step != given


@pytest.mark.parametrize("given", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE.upper()}-00f0-01"])
def test_a_request_without_a_readable_trace_begins_one(app, given):
    step = app.test_client().get("/healthz", headers={"traceparent": given}).headers["traceresponse"]
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", step)
    assert TRACE not in step


def test_an_error_says_by_what_the_logs_find_it(app, caller):
    page = app.test_client().get("/forms/unknown/nowhere")
    assert page.headers["traceresponse"].split("-")[1] in page.get_data(as_text=True)
    problem = caller("coach")("GET", "/nowhere")
    assert problem.headers["traceresponse"].split("-")[1] == problem.get_json()["trace_id"]
