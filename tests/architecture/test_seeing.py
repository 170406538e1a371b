"""Alerts and dashboards ask only for what there is, and each alert says what to do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from prometheus_client import REGISTRY

import chassis.metrics
import gateway.metrics
from tests.architecture.house import ROOT, SERVICES, service_of
from tests.support import promql

RUNBOOK = (ROOT / "deploy" / "README.md").read_text()
ALERTS = promql.alerts()


def anchors() -> set[str]:
    """Where a heading of the runbook can be linked to, as GitHub names it."""
    headings = re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ('up{job="coachworks"} == 0', set()),
        ('sum by (le, a_b) (rate(c_total{d=~"e|f"}[5m])) / on (g) h > 0.02', {"c_total", "h"}),
        ("topk(8, histogram_quantile(0.95, sum(rate(x_bucket[$__rate_interval]))))", {"x_bucket"}),
    ],
)
def test_names_are_found_in_an_expression(expression: str, names: set[str]) -> None:
    assert promql.asked_for(expression) == names


@pytest.mark.parametrize("expression", sorted(set(promql.expressions())))
def test_what_is_asked_for_is_exported(expression: str) -> None:
    assert chassis.metrics.CALLS
    assert gateway.metrics.REQUESTS
    assert promql.asked_for(expression) <= promql.exported(REGISTRY.collect())
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_is_wrong_and_where_it_stands_what_to_do(rule: dict[str, Any]) -> None:
    assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"[A-Z][A-Za-z]+", rule["alert"])
    assert re.fullmatch(r"\d+m", rule["for"])
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"].keys() == {"summary", "description", "runbook"}
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert file == "deploy/README.md"
    assert anchor == rule["alert"].lower()
    assert anchor in anchors()


def test_each_alert_is_there_once() -> None:
    names = [rule["alert"] for rule in ALERTS]
    assert len(names) == len(set(names))


def test_each_dashboard_stands_on_its_own_address_and_no_panel_covers_another() -> None:
    boards = promql.dashboards()
    assert len({board["uid"] for board in boards.values()}) == len(boards) == 2
    for board in boards.values():
        places = [panel["gridPos"] for panel in board["panels"]]
        cells = [
            (x, y)
            for place in places
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) < 24


def test_whoever_does_work_by_itself_says_how_much_of_it_is_due() -> None:
    told = {service: {backlog.name for backlog in service_of(service).backlogs} for service in SERVICES}
    assert {service: names for service, names in told.items() if names} == {
        "engagements": {"items"},
        "scheduling": {"calendars"},
        "notifications": {"mail", "mail_retries", "webhooks"},
        "billing": {"stripe_events", "stripe_events_parked"},
    }
