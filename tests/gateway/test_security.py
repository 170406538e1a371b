"""Headers, cookies, forged forms, redirects, rate limits."""

from __future__ import annotations

import dataclasses

import pytest

from contracts.errors import NotFound, Unauthenticated
from gateway.app import create_app
from gateway.portal.show import safe_address
from tests.gateway.conftest import SETTINGS, Browser

SIGNED_IN = {"token": "the-token", "expires_at": "2030-01-01T00:00:00Z", "person": {}}


@pytest.mark.parametrize(
    "path", ["/sign-in", "/api/v1/health", "/nowhere", "/api/docs", "/static/mark.svg", "/brand.css"]
)
def test_every_answer_has_the_security_headers(app, path):
    headers = app.test_client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def https(broker):
    return create_app(dataclasses.replace(SETTINGS, public_url="https://coaching.example"), broker)


def test_over_https_there_is_hsts_and_cookies_are_bound_to_this_host(broker):
    broker.answers["engagements.sign_in"] = SIGNED_IN
    app = https(broker)
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://coaching.example")
    assert "max-age=" in page.headers["Strict-Transport-Security"]
    token = page.get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "email": "a@example.com", "password": "x"}
    response = client.post("/sign-in", data=form, base_url="https://coaching.example")
    cookies = response.headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if "coachworks_session=" in cookie)
    assert session.startswith("__Host-coachworks_session=the-token;")
    for wanted in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert wanted in session
    assert "Domain=" not in session
    assert all(cookie.startswith("__Host-") for cookie in cookies)


def test_without_https_cookies_are_http_only_all_the_same(app, broker, browser):
    broker.answers["engagements.sign_in"] = SIGNED_IN
    response = browser("").post("/sign-in", {"email": "a@example.com", "password": "x"})
    session = next(c for c in response.headers.getlist("Set-Cookie") if "coachworks_session=" in c)
    assert session.startswith("coachworks_session=the-token;")
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert "Secure" not in session


def test_a_forms_token_is_another_one_after_signing_in(app, broker, browser):
    broker.answers["engagements.sign_in"] = SIGNED_IN
    someone = browser("")
    before = someone.csrf()
    someone.post("/sign-in", {"email": "a@example.com", "password": "x"})
    with someone.http.session_transaction() as session:
        assert session.get("csrf") != before


def test_a_forms_token_may_come_in_a_header(app, broker, browser):
    someone = browser("coach")
    response = someone.http.post("/profile", data={"name": "J"}, headers={"X-CSRF-Token": someone.csrf()})
    assert response.status_code == 303


def test_while_the_secret_key_is_rotated_a_page_that_is_open_still_serves(broker, browser):
    someone = browser("coach")
    form = {"name": "J", "csrf_token": someone.csrf()}
    cookies = [someone.http.get_cookie(name) for name in ("coachworks_session", "coachworks_page")]
    for secret_keys, status in ((("the one that follows", "a key for tests"), 303), (("the one that follows",), 403)):
        http = create_app(dataclasses.replace(SETTINGS, secret_keys=secret_keys), broker).test_client()
        for cookie in cookies:
            http.set_cookie(cookie.key, cookie.value)
        assert http.post("/profile", data=form).status_code == status


def test_another_browsers_token_does_not_serve(app, broker, browser):
    other = browser("coach").csrf()
    victim = browser("coach")
    with victim.http.session_transaction() as session:
        session["csrf"] = "the victim's own"
    assert victim.http.post("/profile", data={"csrf_token": other}).status_code == 403


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("/clients?q=a%20b", True),
        ("/", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("javascript:alert(1)", False),
        ("/a\r\nSet-Cookie: x=y", False),
        ("/\t/evil.example", False),
        ("", False),
    ],
)
def test_signing_in_never_leads_to_another_site(app, broker, browser, address, safe):
    broker.answers["engagements.sign_in"] = SIGNED_IN
    assert safe_address(address) == (address if safe else "/")
    form = {"email": "a@example.com", "password": "x", "next": address}
    assert browser("").post("/sign-in", form).headers["Location"] == (address if safe else "/")


def test_a_hundred_right_passwords_lock_nobody_out(caller, broker):
    broker.answers["engagements.sign_in"] = SIGNED_IN
    for _ in range(100):
        body = {"email": "a@example.com", "password": "right"}
        assert caller("")("POST", "/tokens", json=body).status_code == 201


def test_wrong_passwords_are_limited_per_account_without_regard_to_case(caller, broker):
    broker.answers["engagements.sign_in"] = Unauthenticated("The address or the password is wrong.")
    for at in range(10):
        body = {"email": "A@example.com" if at % 2 else "a@example.com ", "password": "wrong"}
        assert caller("")("POST", "/tokens", json=body).status_code == 401
    broker.answers["engagements.sign_in"] = SIGNED_IN
    response = caller("")("POST", "/tokens", json={"email": "a@example.com", "password": "right"})
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 600
    assert caller("")("POST", "/tokens", json={"email": "b@example.com", "password": "right"}).status_code == 201


def test_wrong_passwords_are_limited_per_address_for_all_accounts_and_for_the_portal_too(caller, broker, browser):
    broker.answers["engagements.sign_in"] = Unauthenticated("Wrong.")
    for at in range(50):
        caller("")("POST", "/tokens", json={"email": f"{at}@example.com", "password": "x"})
    response = browser("").post("/sign-in", {"email": "new@example.com", "password": "x"})
    assert response.status_code == 429
    assert "Too many tries" in response.get_data(as_text=True)


def test_password_mails_are_limited_whether_the_address_is_known_or_not(caller, broker):
    statuses = [caller("")("POST", "/password-resets", json={"email": "a@example.com"}).status_code for _ in range(11)]
    assert statuses == [202] * 10 + [429]


def test_guessed_tokens_are_limited_and_good_ones_are_not(caller, broker):
    broker.answers["engagements.get_invitation"] = {"kind": "client"}
    for _ in range(70):
        assert caller("")("GET", "/public/invitations/good").status_code == 200
    broker.answers["engagements.get_invitation"] = NotFound("No such link.")
    statuses = [caller("")("GET", f"/public/invitations/{at}").status_code for at in range(61)]
    assert statuses == [404] * 60 + [429]


def test_behind_a_proxy_the_limit_counts_the_person_and_not_the_proxy(broker):
    broker.answers["engagements.sign_in"] = Unauthenticated("Wrong.")
    app = create_app(dataclasses.replace(SETTINGS, trusted_proxies=1), broker)

    def wrong(address, at):
        body = {"email": f"{at}@example.com", "password": "x"}
        return app.test_client().post("/api/v1/tokens", json=body, headers={"X-Forwarded-For": address}).status_code

    assert [wrong("203.0.113.7", at) for at in range(51)][-1] == 429
    assert wrong("203.0.113.8", 99) == 401


def test_a_stranger_is_asked_to_sign_in_and_comes_back(app, browser):
    response = browser("").get("/clients?q=Lei")
    assert response.headers["Location"] == "/sign-in?next=%2Fclients%3Fq%3DLei"
    htmx = browser("").get("/clients/new", headers={"HX-Request": "true", "HX-Target": "dialog"})
    assert htmx.status_code == 204
    assert htmx.headers["HX-Redirect"].startswith("/sign-in")


def test_signing_out_ends_the_token_and_forgets_the_cookie(app, broker):
    token = broker.person("coach")
    someone = Browser(app, token)
    response = someone.post("/sign-out")
    assert broker.sent_to("engagements.sign_out")[0].input == {"token": token}
    assert any("coachworks_session=;" in cookie for cookie in response.headers.getlist("Set-Cookie"))
