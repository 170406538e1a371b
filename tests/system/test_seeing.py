"""What an operator sees: one trace from the browser to the mail, metrics of every process, the health page."""

from __future__ import annotations

import json
from typing import Any

import requests
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.configuration import SERVICES
from tests.support import promql
from tests.support.broker import eventually
from tests.system.conftest import ADMIN, PASSWORD, Running

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def lines_of(running: Running, process: str) -> list[dict[str, Any]]:
    """What that process has logged within the trace."""
    said = (running.local.log_folder / f"{process}.log").read_text().splitlines()
    return [line for line in (json.loads(each) for each in said if TRACE in each) if line.get("trace_id") == TRACE]


def test_one_trace_leads_from_the_browser_through_every_hop_to_the_mail(running: Running) -> None:
    answer = running.admin.session.post(
        f"{running.local.url}/api/v1/coaches",
        json={"name": "Imani Abara", "email": "imani.abara@northlight.example", "role": "coach"},
        headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-Id": "followed"},
        timeout=30,
    )
    assert answer.status_code == 201
    assert answer.headers["traceresponse"].split("-")[1] == TRACE
    running.mailbox.await_mail("imani.abara@northlight.example", "staff_invitation")
    hops = [
        ("gateway", "request", {"route": "/api/v1/coaches", "status": 201}),
        ("engagements", "call", {"call": "add_coach", "outcome": "ok"}),
        ("notifications", "mail_queued", {"kind": "staff_invitation"}),
        ("notifications-worker", "mail_sent", {}),
    ]
    for process, event, facts in hops:

        def found(process: str = process, event: str = event, facts: dict[str, Any] = facts) -> bool:
            lines = [line for line in lines_of(running, process) if line["event"] == event]
            return any(facts.items() <= line.items() for line in lines)

        eventually(found, what=f"{event} of {process}")
        assert {line["request_id"] for line in lines_of(running, process)} == {"followed"}


def test_every_line_about_a_request_a_call_or_a_mail_has_its_trace(running: Running) -> None:
    for process in running.local.children:
        said = (running.local.log_folder / f"{process}.log").read_text().splitlines()
        lines = [json.loads(line) for line in said if line.startswith("{")]
        work = [
            line for line in lines if line["event"] in ("request", "call", "mail_queued", "mail_sent", "webhook_sent")
        ]
        assert all(len(line["trace_id"]) == 32 and line["request_id"] for line in work)


def test_every_process_tells_its_metrics_and_alerts_and_dashboards_ask_for_no_other(running: Running) -> None:
    processes = [name for service in SERVICES for name in (service, f"{service}-worker")]
    told: set[str] = set()
    for process in (*processes, "gateway"):
        url = f"http://127.0.0.1:{running.local.configuration.http_port(process)}/metrics"
        families = list(text_string_to_metric_families(requests.get(url, timeout=20).text))
        told |= promql.exported(families)
        if process != "gateway":
            (checks,) = [family for family in families if family.name == "coachworks_check_ok"]
            assert {sample.labels["check"]: sample.value for sample in checks.samples if sample.value} == dict.fromkeys(
                ("database", "migration", "broker", "outbox"), 1.0
            )
    assert {name for expression in promql.expressions() for name in promql.asked_for(expression)} <= told
    assert requests.get(f"{running.local.url}/metrics", timeout=20).status_code == 404, "nobody outside reads them"


def test_the_health_page_shows_every_service_and_the_one_that_is_down(running: Running) -> None:
    browser = requests.Session()
    page = browser.get(f"{running.local.url}/sign-in", timeout=20).text
    csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"email": ADMIN, "password": PASSWORD, "csrf_token": csrf}
    browser.post(f"{running.local.url}/sign-in", data=form, timeout=20)

    def shown() -> str:
        return browser.get(f"{running.local.url}/settings/health", timeout=20).text

    eventually(lambda: shown().count("Works<") == len(SERVICES), 20, what="a system that is well")
    running.local.kill("billing")
    try:
        page = shown()
        assert page.count("Works<") == len(SERVICES) - 1
        assert page.count("Does not answer<") == 1
    finally:
        running.local.start_process("billing")
        running.local.wait_ready()
