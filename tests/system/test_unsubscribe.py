"""Somebody known only by address unsubscribes, through all of Coachworks: by HTTP and real mail."""

from __future__ import annotations

import re
from uuid import uuid4

import requests

from tests.support.broker import eventually
from tests.system.conftest import Running


def test_one_click_in_a_mail_ends_further_ones_until_an_admin_lets_them_come_again(running: Running) -> None:
    admin = running.admin
    name = uuid4().hex[:8]
    client = admin.post("/clients", {"name": "Noor Aziz", "email": f"noor.{name}@example.org"}, expect=201)
    wanted = {"client_id": client["id"], "program_name": "Coaching", "sessions_total": 4}
    engagement = admin.post("/engagements", wanted, expect=201)
    question = {"label": "Why now?", "kind": "text"}
    form = admin.post("/forms", {"title": "Before we begin", "questions": [question]}, expect=201)
    guest = f"guest.{name}@example.net"
    asking = {"form_id": form["id"], "recipients": [{"email": guest}]}

    admin.post(f"/engagements/{engagement['id']}/form-requests", asking, expect=202)
    mail = running.mailbox.await_mail(guest, "form_request")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<(\S+/unsubscribe/[\w-]+)>", mail["List-Unsubscribe"])
    assert found
    link = found[1]
    assert "Get no more mail?" in requests.get(link, timeout=10).text
    answer = requests.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=10, allow_redirects=False)
    assert (answer.status_code, "You are unsubscribed" in answer.text) == (200, True)

    admin.post(f"/engagements/{engagement['id']}/form-requests", asking, expect=202)
    where = f"/notifications?engagement_id={engagement['id']}&state=refused"
    (refused,) = eventually(lambda: admin.get(where)["items"], 20, "the refusal")
    assert "unsubscribed" in refused["reason"]
    (one,) = [each for each in admin.get("/suppressions")["items"] if each["address"] == guest]
    admin.request("DELETE", f"/suppressions/{one['id']}", expect=204)
    admin.post(f"/engagements/{engagement['id']}/form-requests", asking, expect=202)
    running.mailbox.await_mail(guest, "form_request", count=2)
    assert len(running.mailbox.mails(guest)) == 2
