"""What holds for every route there is: a new one is covered here without a line of its own."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from contracts.actor import SIGNED_IN
from gateway import access
from gateway.app import create_app
from tests.gateway.conftest import SETTINGS, FakeClient

APP = create_app(SETTINGS, FakeClient())


def routes():
    """(method, rule, roles) of each; roles None where nobody needs a sign-in or any role will do."""
    for rule in APP.url_map.iter_rules():
        view = APP.view_functions[rule.endpoint]
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, getattr(view, "roles", None)


CLOSED = [(method, rule, roles) for method, rule, roles in routes() if f"{method} {rule}" not in access.OPEN]
OPEN = [(method, rule) for method, rule, _ in routes() if f"{method} {rule}" in access.OPEN]


def address_of(rule):
    filled = re.sub(r"<uuid:\w+>", str(uuid4()), rule)
    return re.sub(r"<(\w+:)?\w+>", "some-token", filled)


def work_done(broker):
    """Calls that were made, apart from finding out who asks and what the organisation is called."""
    names = {"engagements.authenticate", "engagements.public_organisation", "engagements.get_organisation"}
    return [sent.path for sent in broker.sent if sent.path not in names]


def test_the_list_of_open_routes_names_only_routes_that_exist():
    assert {f"{method} {rule}" for method, rule in OPEN} == access.OPEN


def test_there_are_routes_to_try():
    assert len(CLOSED) > 120


@pytest.mark.parametrize(
    ("method", "rule", "roles"), CLOSED, ids=lambda value: str(value) if isinstance(value, str) else ""
)
def test_a_stranger_gets_nothing(app, broker, browser, method, rule, roles):
    address = address_of(rule)
    if rule.startswith("/api/"):
        response = app.test_client().open(address, method=method, headers={"Authorization": "Bearer nonsense"})
        assert response.status_code == 401
    else:
        stranger = browser("")
        response = stranger.get(address) if method == "GET" else stranger.post(address)
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/sign-in")
    assert not work_done(broker)


WRONG = [
    (method, rule, role) for method, rule, roles in CLOSED if roles is not None for role in sorted(SIGNED_IN - roles)
]


@pytest.mark.parametrize(("method", "rule", "role"), WRONG)
def test_a_wrong_role_gets_nothing(app, broker, browser, method, rule, role):
    address = address_of(rule)
    if rule.startswith("/api/"):
        headers = {"Authorization": f"Bearer {broker.person(role)}"}
        response = app.test_client().open(address, method=method, headers=headers)
    else:
        someone = browser(role)
        response = someone.get(address) if method == "GET" else someone.post(address)
    assert response.status_code == 403
    assert not work_done(broker)


@pytest.mark.parametrize(("method", "rule", "roles"), CLOSED)
def test_every_route_that_needs_a_sign_in_says_for_whom(method, rule, roles):
    assert roles, f"{method} {rule} names no roles"
    assert "public" not in roles


POSTS = [
    rule
    for method, rule, _ in routes()
    if method != "GET" and not rule.startswith("/api/") and f"{method} {rule}" not in access.ONE_CLICK
]


def test_only_what_a_mail_program_posts_by_itself_needs_no_pages_token():
    assert {"POST /unsubscribe/<token>"} == access.ONE_CLICK
    assert access.ONE_CLICK <= access.OPEN


@pytest.mark.parametrize("rule", POSTS)
def test_a_form_without_the_pages_token_is_refused(app, broker, browser, rule):
    from gateway.portal.pages import ADMIN, CLIENT

    endpoint = next(r.endpoint for r in APP.url_map.iter_rules() if r.rule == rule and "POST" in r.methods)
    roles = APP.view_functions[endpoint].roles
    someone = browser("admin" if ADMIN & roles else "client" if CLIENT & roles else "")
    someone.csrf()
    for forged in ({}, {"csrf_token": "forged"}, {"csrf_token": "\xe9"}):
        assert someone.http.post(address_of(rule), data=forged).status_code == 403
    assert not work_done(broker)
