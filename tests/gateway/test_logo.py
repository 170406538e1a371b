"""The logo: put, shown and removed, by the API and in the settings."""

from __future__ import annotations

import base64
from io import BytesIO

import pytest

from contracts import errors
from contracts.calls import engagements, logos
from contracts.calls.logos import LARGEST_LOGO
from tests.gateway.examples import answer_of

PICTURE = b"\x89PNG a picture"
ENCODED = base64.b64encode(PICTURE).decode()


@pytest.fixture
def admin(broker, browser):
    broker.answers["engagements.get_organisation"] = answer_of(engagements.get_organisation, name="Northlight")
    broker.answers["billing.get_logo"] = errors.NotFound("There is no logo.")
    broker.answers["billing.put_logo"] = answer_of(logos.put_logo)
    return browser("admin")


def test_a_picture_is_put_in_the_settings(admin, broker):
    answer = admin.post("/settings/logo", {"file": (BytesIO(PICTURE), "logo.png")})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings")
    (sent,) = broker.sent_to("billing.put_logo")
    assert sent.input == {"file": ENCODED}


def test_one_that_is_refused_says_why_beside_the_field_and_the_settings_stay_as_they_were(admin, broker):
    broker.answers["billing.put_logo"] = errors.Invalid("No.", errors={"file": ["Must be a picture: PNG or JPEG."]})
    answer = admin.post("/settings/logo", {"file": (BytesIO(b"<svg/>"), "logo.svg")})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Must be a picture: PNG or JPEG." in html
    assert 'value="Northlight"' in html


def test_without_a_file_nobody_is_asked(admin, broker):
    answer = admin.post("/settings/logo")
    assert answer.status_code == 422
    assert "Choose a file first." in answer.get_data(as_text=True)
    assert not broker.sent_to("billing.put_logo")


def test_the_settings_show_the_logo_with_a_button_to_remove_it(admin, broker):
    assert "/settings/logo/remove" not in admin.get("/settings").get_data(as_text=True)
    broker.answers["billing.get_logo"] = answer_of(logos.get_logo, content=ENCODED)
    html = admin.get("/settings").get_data(as_text=True)
    assert f'src="data:image/png;base64,{ENCODED}"' in html
    assert 'href="/settings/logo/remove"' in html
    assert "Invoices that were sent keep the logo." in admin.get("/settings/logo/remove").get_data(as_text=True)
    assert not broker.sent_to("billing.remove_logo")
    assert admin.post("/settings/logo/remove").status_code == 303
    assert broker.sent_to("billing.remove_logo")


def test_the_settings_are_there_while_billing_is_down(admin, broker):
    broker.down.add("billing")
    assert admin.get("/settings").status_code == 200


def test_the_api_takes_answers_and_removes_it(caller, broker):
    broker.answers["billing.put_logo"] = answer_of(logos.put_logo, width=300)
    broker.answers["billing.get_logo"] = answer_of(logos.get_logo, content=ENCODED)
    admin = caller("admin")
    put = admin("PUT", "/organisation/logo", data={"file": (BytesIO(PICTURE), "logo.png")})
    assert (put.status_code, put.json["width"]) == (200, 300)
    assert broker.sent_to("billing.put_logo")[0].input == {"file": ENCODED}
    got = caller("client")("GET", "/organisation/logo")
    assert (got.status_code, got.content_type, got.data) == (200, "image/png", PICTURE)
    assert admin("DELETE", "/organisation/logo").status_code == 204


def test_the_api_refuses_a_body_without_a_file_and_one_that_is_too_large(caller, broker):
    admin = caller("admin")
    answer = admin("PUT", "/organisation/logo", data={"other": "words"})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["file"])
    large = {"file": (BytesIO(bytes(LARGEST_LOGO + 200_000)), "logo.png")}
    assert admin("PUT", "/organisation/logo", data=large).status_code == 413
    assert not broker.sent_to("billing.put_logo")
