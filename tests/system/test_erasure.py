"""A client is exported and erased in all five services (rule C24), one of which is down in between."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import Any
from uuid import uuid4

from chassis.database import Database
from deploy.local.configuration import SERVICES
from tests.support.api import Api
from tests.support.broker import eventually
from tests.support.mail import link_of
from tests.support.traces import traces
from tests.system.conftest import Running

PASSWORD = "seven wet otters swim"
LINES = [{"description": "Words of the canary", "quantity": "2", "unit_price": "120.00", "tax_rate": "19"}]
#: Who was billed is what the law asks an invoice to say.
BILLED = ("invoice.bill_to",)


class Life:
    """What a client leaves behind. Nobody else's data hold its name, its address, or its canary."""

    def __init__(self, running: Running) -> None:
        self.running, self.admin = running, running.admin
        mark = uuid4().hex[:8]
        self.canary, self.name, self.email = f"canary-{mark}", f"Zelda Q{mark}", f"zelda.{mark}@example.org"
        wanted = {"name": self.name, "email": self.email, "phone": f"+49 {self.canary}", "company": f"{self.name} Ltd"}
        self.id = self.admin.post("/clients", wanted, expect=201)["id"]
        given = {"client_id": self.id, "program_name": f"Program {self.canary}", "sessions_total": 2}
        self.engagement = self.admin.post("/engagements", given, expect=201)["id"]
        self.at = f"/engagements/{self.engagement}"

    def live(self) -> None:
        client = self._client()
        note = self.admin.post(f"{self.at}/notes", {"title": self.canary, "body": f"<p>{self.canary}</p>"}, expect=201)
        self.admin.post(f"/notes/{note['id']}/share")
        client.post(f"/notes/{note['id']}/comments", {"body": self.canary}, expect=201)
        self.admin.post(f"{self.at}/goals", {"name": self.canary, "description": self.canary}, expect=201)
        place = {"kind": "other", "detail": self.canary}
        session = {"starts_at": "2031-03-04T10:00:00Z", "duration_minutes": 60, "title": self.canary, "location": place}
        self.admin.post(f"{self.at}/sessions", session, expect=201)
        content = {"file": (f"{self.canary}.txt", self.canary.encode(), "text/plain")}
        client.request("POST", f"{self.at}/resources", expect=201, files=content)
        self._answer_form()
        draft = self.admin.post(f"{self.at}/invoices", {"currency": "EUR", "lines": LINES}, expect=201)
        self.invoice = self.admin.post(f"/invoices/{draft['id']}/send", expect=202)["id"]
        self.running.mailbox.await_mail(self.email, "invoice")

    def _client(self) -> Api:
        self.admin.post(f"{self.at}/invitation", {"message": self.canary}, expect=202)
        token = link_of(self.running.mailbox.await_mail(self.email, "invitation"), "invitations")
        path = f"/public/invitations/{token}"
        answer = self.running.anybody.post(path, {"password": PASSWORD}, expect=201)
        return Api(self.running.local.url, answer["token"])

    def _answer_form(self) -> None:
        question = {"label": "How was it?", "kind": "text"}
        form = self.admin.post("/forms", {"title": "Before we begin", "questions": [question]}, expect=201)
        asked = {"form_id": form["id"], "recipients": [{"email": self.email, "name": self.name}]}
        self.admin.post(f"{self.at}/form-requests", asked, expect=202)
        path = f"/public/forms/{link_of(self.running.mailbox.await_mail(self.email, 'form_request'), 'forms')}"
        (question,) = self.running.anybody.get(path)["questions"]
        self.running.anybody.post(path, {"answers": {question["id"]: self.canary}}, expect=201)

    def left(self) -> list[str]:
        """What is left of it anywhere."""
        found = []
        for service in SERVICES:
            database = Database(self.running.local.configuration.database_url(service))
            found += traces(database, self.canary, self.email)
            found += traces(database, self.name, but=BILLED)
            database.dispose()
        return found

    def erasure(self) -> Any:
        return self.admin.get(f"/clients/{self.id}/erasure")


def test_c24_a_client_is_exported_and_then_erased_everywhere_although_a_service_is_down(running: Running) -> None:
    life = Life(running)
    life.live()
    _export(running, life)

    refused = life.admin.post(f"/clients/{life.id}/erase", expect=409)
    assert life.canary in refused["detail"], "the engagement is named that is not completed"
    life.admin.post(f"{life.at}/complete", {"reason": life.canary})
    assert "unpaid" in life.admin.post(f"/clients/{life.id}/erase", expect=409)["detail"]
    paid = life.admin.post(f"/invoices/{life.invoice}/mark-paid")

    running.local.kill("scheduling")
    assert life.admin.post(f"/clients/{life.id}/erase", expect=202)["state"] == "running"
    others = ("engagements", "documents", "notifications", "billing")
    eventually(lambda: all(life.erasure()["services"][name] == "done" for name in others), 40, "the others' parts")
    assert (life.erasure()["state"], life.erasure()["services"]["scheduling"]) == ("running", "running")
    running.local.start_process("scheduling")
    eventually(lambda: life.erasure()["state"] == "done", 60, "the erasure")
    running.local.wait_ready()

    with suppress(AssertionError):  # the last of its events are on their way; what is left then is shown
        eventually(lambda: not life.left(), 20, "the end")
    assert life.left() == []
    kept = life.admin.get(f"/invoices/{life.invoice}")
    assert (kept["number"], kept["total"], kept["balance"]) == (paid["number"], "285.60", "0.00")
    assert (kept["bill_to"]["name"], kept["lines"][0]["description"]) == (life.name, "Coaching")
    assert life.admin.get(f"/clients/{life.id}")["name"] == "Erased client"
    told = life.admin.get("/events", types="*.client.erased.v1", limit=200)["items"]
    assert {event["source"] for event in told if event["subject"] == life.id} == {
        f"/coachworks/{service}" for service in SERVICES
    }


def _export(running: Running, life: Life) -> None:
    life.admin.get(f"/clients/{life.id}/export", expect=404)
    life.admin.post(f"/clients/{life.id}/export", expect=202)
    export = life.admin.get(f"/clients/{life.id}/export")
    assert (export["state"], set(export["services"].values())) == ("ready", {"ready"})
    answer = life.admin.session.get(export["url"], timeout=60)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name) for name in archive.namelist()}
    for service in SERVICES:
        assert life.email.encode() in parts[f"{service}.json"], service
    assert [content for name, content in parts.items() if name.startswith("files/")] == [life.canary.encode()]
    (invoice,) = (content for name, content in parts.items() if name.startswith("invoices/"))
    assert invoice.startswith(b"%PDF")
    coach = _coach(running)
    for method, path in (("POST", "erase"), ("POST", "export"), ("GET", "export"), ("GET", "erasure")):
        coach.request(method, f"/clients/{life.id}/{path}", expect=403)


def _coach(running: Running) -> Api:
    email = f"coach.{uuid4().hex[:8]}@example.org"
    running.admin.post("/coaches", {"name": "Judith Okonkwo", "email": email, "role": "coach"}, expect=201)
    token = link_of(running.mailbox.await_mail(email, "staff_invitation"), "invitations")
    answer = running.anybody.post(f"/public/invitations/{token}", {"password": PASSWORD}, expect=201)
    return Api(running.local.url, answer["token"])
