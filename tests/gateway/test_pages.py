"""Every page of the portal can show whatever the contracts promise, in one round of parallel calls."""

from __future__ import annotations

import re

import pytest

from contracts.actor import SIGNED_IN
from contracts.events import SERVICES
from tests.gateway.examples import answer_of, every_call
from tests.gateway.test_every_route import APP, address_of, routes

CALLS = [call for call in every_call() if call.path != "engagements.authenticate"]
PAGES = [
    (rule, role)
    for method, rule, roles in routes()
    if method == "GET" and roles and not rule.startswith("/api/") and "public" not in roles
    for role in sorted(roles & SIGNED_IN)
]
NO_PAGES = re.compile(r"\.ics$|\.csv$|[/.]pdf$|/pay$|/content$|/view$|/zip$|wording/preview$|/body$|calendar/events$")
#: What such a page is about must be known before the rest can be asked for (whose engagement, which client).
TWO_ROUNDS = {
    "/sessions/<uuid:id>",
    "/sessions/<uuid:id>/cancel",
    "/sessions/<uuid:id>/reschedule",
    "/engagements/<uuid:id>/invitation",
    "/engagements/<uuid:id>/invoices/new",
    "/invoices/<uuid:id>/edit",
    "/invoices/<uuid:id>/send",
    "/invoices/<uuid:id>/remind",
    "/invoices/<uuid:id>/reminders",
    "/items/<uuid:id>/send",
    "/items/<uuid:id>/schedule",
    "/engagements/<uuid:id>/goals/<uuid:chosen>",
}
THREE_ROUNDS = {"/sessions/<uuid:id>/edit"}


@pytest.fixture
def everything(broker):
    """All services answer."""
    for call in CALLS:
        broker.answers[call.path] = answer_of(call)
    return broker


@pytest.mark.parametrize(("rule", "role"), [page for page in PAGES if not NO_PAGES.search(page[0])])
def test_a_page_shows_what_the_contracts_promise(everything, browser, rule, role):
    if rule == "/invoices/<uuid:id>/edit":
        everything.answers["billing.get_invoice"]["state"] = "draft"
    address = address_of(rule)
    if rule.endswith("/milestones/<uuid:step>"):
        everything.answers["engagements.get_goal"]["milestones"][0]["id"] = address.rpartition("/")[2]
    response = browser(role).get(address)
    if rule == "/engagements":
        assert response.status_code == 303
        return
    assert response.status_code == 200, response.get_data(as_text=True)[:500]
    html = response.get_data(as_text=True)
    assert html.startswith("<!doctype html>")
    assert "<main" in html
    allowed = 2 if rule in TWO_ROUNDS else 3 if rule in THREE_ROUNDS else 1
    assert everything.rounds <= allowed
    assert len(everything.sent_to("engagements.authenticate")) == 1


@pytest.mark.parametrize(("rule", "role"), [page for page in PAGES if not NO_PAGES.search(page[0])])
def test_no_page_has_inline_styles_or_scripts(everything, browser, rule, role):
    html = browser(role).get(address_of(rule)).get_data(as_text=True)
    assert not re.search(r"<[^>]+\sstyle=", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"<[^>]+\son\w+=", html)


DIALOGS = [
    "/clients/new",
    "/clients/<uuid:id>/engagements/new",
    "/engagements/<uuid:id>/assign",
    "/engagements/<uuid:id>/sessions/new",
    "/items/<uuid:id>/schedule",
    "/sessions/<uuid:id>/cancel",
    "/sessions/<uuid:id>/edit",
    "/sessions/<uuid:id>/reschedule",
    "/team/new",
]


@pytest.mark.parametrize("rule", DIALOGS)
def test_htmx_gets_the_inside_of_a_dialog_alone(everything, browser, rule):
    headers = {"HX-Request": "true", "HX-Target": "dialog"}
    html = browser("admin").get(address_of(rule), headers=headers).get_data(as_text=True)
    assert "<form" in html
    assert "<html" not in html


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("rule", "role", "about"),
    [
        ("/", "coach", "engagements"),
        ("/", "client", "engagements"),
        ("/clients/<uuid:id>", "coach", "engagements"),
        ("/clients/<uuid:id>/mail", "coach", "engagements"),
        ("/engagements/<uuid:id>", "coach", "engagements"),
        ("/engagements/<uuid:id>/sessions", "coach", "engagements"),
        ("/engagements/<uuid:id>/invoices", "client", "engagements"),
        ("/engagements/<uuid:id>/resources", "client", "engagements"),
        ("/invoices/<uuid:id>", "admin", "billing"),
        ("/notifications/<uuid:id>", "coach", "notifications"),
        ("/invoices", "admin", ""),
        ("/invoices", "client", ""),
        ("/library", "coach", ""),
        ("/notifications", "coach", ""),
        ("/clients", "admin", ""),
        ("/programs", "coach", ""),
        ("/team", "admin", ""),
    ],
)
def test_a_service_that_is_down_costs_only_its_part_of_a_page(everything, browser, service, rule, role, about):
    someone = browser(role)
    someone.get("/")  # so that an assertion is at hand while engagements is down
    everything.sent.clear()
    everything.down = {service}
    response = someone.get(address_of(rule))
    if service == about and rule != "/":
        assert response.status_code == 503
        assert response.headers["Retry-After"]
    else:
        assert response.status_code == 200, response.get_data(as_text=True)[:400]


@pytest.mark.parametrize(
    ("rule", "role", "service"),
    [
        ("/", "coach", "scheduling"),
        ("/", "coach", "billing"),
        ("/clients/<uuid:id>", "coach", "billing"),
        ("/clients/<uuid:id>/mail", "coach", "notifications"),
        ("/engagements/<uuid:id>/sessions", "coach", "scheduling"),
        ("/engagements/<uuid:id>/invoices", "client", "billing"),
        ("/engagements/<uuid:id>/resources", "client", "documents"),
        ("/invoices", "coach", "billing"),
        ("/invoices", "client", "billing"),
        ("/library", "coach", "documents"),
        ("/notifications", "coach", "notifications"),
        ("/clients", "admin", "engagements"),
        ("/programs", "coach", "engagements"),
        ("/team", "coach", "engagements"),
        ("/engagements", "client", "engagements"),
    ],
)
def test_the_part_of_a_service_that_is_down_says_so(everything, browser, service, rule, role):
    someone = browser(role)
    someone.get("/")
    everything.down = {service}
    html = someone.get(address_of(rule)).get_data(as_text=True)
    assert "This part does not answer just now." in html


@pytest.mark.parametrize(("rule", "role"), [page for page in PAGES if re.search(r"\.ics$|[/.]pdf$|/body$", page[0])])
def test_files_that_pages_link_to(everything, browser, rule, role):
    for call in ("billing.invoice_pdf", "billing.client_statement_pdf", "billing.credit_note_pdf"):
        everything.answers[call] = {"filename": "2026-0001.pdf", "content": "JVBERg=="}
    response = browser(role).get(address_of(rule))
    assert response.status_code == 200
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_an_empty_house_shows_empty_lists(everything, browser):
    for path, answer in everything.answers.items():
        if isinstance(answer, dict) and "items" in answer:
            everything.answers[path] = {**answer, "items": [], "next": None}
    for rule, role in PAGES:
        if not NO_PAGES.search(rule) and rule != "/invoices/<uuid:id>/edit" and "<uuid:step>" not in rule:
            assert browser(role).get(address_of(rule)).status_code == 200, rule


def test_the_pages_of_this_test_are_those_of_the_application():
    assert len({rule for rule, _ in PAGES}) > 30
    assert {rule for rule, _ in PAGES} <= {rule.rule for rule in APP.url_map.iter_rules()}
