"""Exporting and erasing a client in the portal and the API, for admins alone (rule C24)."""

from __future__ import annotations

import base64
import io
import json
import zipfile

import pytest

from contracts.calls import engagements, erasures
from contracts.errors import Conflict, NotFound
from contracts.events import SERVICES
from gateway import exporting
from tests.gateway.examples import answer_of, every_call

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"
FILE, INVOICE, DRAFT, NOTE = (f"{digit * 8}-5a1d-4a57-9a34-6d7c9f0b1e21" for digit in "1234")
BASE = f"/clients/{ID}"


@pytest.fixture
def answers(broker):
    for call in every_call():
        broker.answers[call.path] = answer_of(call)
    client = answer_of(engagements.get_client, id=ID, name="Leila Haddad", erased_at=None)
    broker.answers["engagements.get_client"] = client
    for service in SERVICES:
        broker.answers[f"{service}.health"] = {"status": "ok", "checks": {}}
        broker.answers[f"{service}.export_from_{service}"] = {"data": {"of": service}}
    return broker.answers


@pytest.fixture
def admin(answers, browser):
    return browser("admin")


@pytest.mark.parametrize("role", ["coach", "client"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/export"), ("GET", "/export"), ("GET", "/export/zip"), ("POST", "/erase"), ("GET", "/erasure")],
)
def test_c24_nobody_but_an_admin_exports_or_erases(answers, caller, role, method, path):
    assert caller(role)(method, BASE + path).status_code == 403


def test_c24_an_export_is_ready_while_every_service_answers(answers, caller, broker):
    admin = caller("admin")
    assert admin("POST", f"{BASE}/export").status_code == 202
    found = admin("GET", f"{BASE}/export").json
    assert (found["state"], found["services"]) == ("ready", dict.fromkeys(SERVICES, "ready"))
    assert found["url"] == f"http://localhost:8000/api/v1{BASE}/export/zip"
    broker.down.add("billing")
    found = admin("GET", f"{BASE}/export").json
    assert (found["state"], found["services"]["billing"]) == ("waiting", "waiting")
    assert "url" not in found
    assert admin("GET", f"{BASE}/export/zip").status_code == 503, "rather none than one that lacks a part"


def test_c24_an_export_that_was_not_asked_for_is_not_there(answers, caller):
    answers["engagements.get_client_export"] = NotFound("No export of this client was asked for.")
    for path in ("/export", "/export/zip"):
        assert caller("admin")("GET", BASE + path).status_code == 404


def test_c24_the_archive_holds_a_part_of_each_service_the_files_and_the_invoices(answers, caller, monkeypatch):
    files = [{"id": FILE, "name": "../My reflections.pdf"}]
    answers["documents.export_from_documents"] = {"data": {"files": files}}
    invoices = [{"id": INVOICE, "number": "2026-0001"}, {"id": DRAFT, "number": None}]
    notes = [{"id": NOTE, "number": "CN-2026-0001"}]
    answers["billing.export_from_billing"] = {"data": {"invoices": invoices, "credit_notes": notes}}
    answers["billing.invoice_pdf"] = {"filename": "x.pdf", "content": base64.b64encode(b"%PDF").decode()}
    answers["billing.credit_note_pdf"] = {"filename": "y.pdf", "content": base64.b64encode(b"%PDF-").decode()}
    fetched = []
    monkeypatch.setattr(exporting.files, "content", lambda path: fetched.append(path) or iter([b"by", b"tes"]))
    answer = caller("admin")("GET", f"{BASE}/export/zip")
    assert answer.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            *(f"{service}.json" for service in SERVICES), f"files/{FILE}.pdf", f"invoices/{INVOICE}.pdf",
            f"credit-notes/{NOTE}.pdf",
        }  # fmt: skip
        assert json.loads(archive.read("scheduling.json")) == {"of": "scheduling"}
        assert archive.read(f"files/{FILE}.pdf") == b"bytes"
        assert archive.read(f"invoices/{INVOICE}.pdf") == b"%PDF"
        assert archive.read(f"credit-notes/{NOTE}.pdf") == b"%PDF-"
    assert fetched == [f"{BASE}/files/{FILE}/content"]


def test_c24_the_menu_offers_it_to_admins_alone(answers, browser):
    for role, offered in (("admin", True), ("coach", False)):
        html = browser(role).get(BASE).get_data(as_text=True)
        assert (f'href="{BASE}/erase"' in html) is offered
        assert (f'href="{BASE}/export"' in html) is offered


def test_c24_the_name_must_be_typed(admin, broker):
    refused = admin.post(f"{BASE}/erase", {"name": "Leila"})
    assert refused.status_code == 422
    assert "This is not the client" in refused.get_data(as_text=True)
    assert not broker.sent_to("engagements.erase_client")
    erased = admin.post(f"{BASE}/erase", {"name": " Leila  Haddad "})
    assert (erased.status_code, erased.headers["Location"]) == (303, f"{BASE}/erasure")
    assert broker.sent_to("engagements.erase_client")[0].input == {"id": ID}


def test_c24_what_stands_in_the_way_stands_in_the_dialog(admin, broker):
    why = "Leila Haddad has unpaid invoices: 2026-0114. They must be paid or voided first."
    broker.answers["engagements.erase_client"] = Conflict(why, rule="C24")
    answer = admin.post(f"{BASE}/erase", {"name": "Leila Haddad"})
    assert answer.status_code == 409
    assert "2026-0114" in answer.get_data(as_text=True)


@pytest.mark.parametrize(("state", "again"), [("running", True), ("done", False)])
def test_c24_the_page_of_an_erasure_looks_again_until_it_is_done(admin, broker, state, again):
    services = dict.fromkeys(SERVICES, state)
    found = answer_of(erasures.get_client_erasure, state=state, services=services)
    broker.answers["engagements.get_client_erasure"] = found
    erased = answer_of(engagements.get_client, id=ID, name="Erased client", erased_at="2026-11-24T09:00:00Z")
    broker.answers["engagements.get_client"] = erased
    html = admin.get(f"{BASE}/erasure").get_data(as_text=True)
    assert ("every 2s" in html) is again
    assert "Notifications" in html
    assert f"{BASE}/disable" not in html, "nothing can be done with it any more"


def test_c24_the_page_of_an_export_leads_to_the_archive_once_it_was_asked_for(admin, broker):
    assert f'href="{BASE}/export/zip"' in admin.get(f"{BASE}/export").get_data(as_text=True)
    broker.answers["engagements.get_client_export"] = NotFound("No export of this client was asked for.")
    html = admin.get(f"{BASE}/export").get_data(as_text=True)
    assert f'action="{BASE}/export"' in html
    assert "export/zip" not in html
