"""The demo that `make run` loads: what it promises, that it can be loaded again, and that it can be cut off."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.demo.people import CLIENTS, COACHES, PASSWORD
from deploy.local.system import ROOT
from tests.support.broker import eventually
from tests.system.conftest import ADMIN, Running
from tests.system.conftest import PASSWORD as ADMIN_PASSWORD

LISTS = ("/coaches", "/clients", "/programs", "/engagements", "/sessions", "/notifications", "/library")


class Demo:
    """A system of its own into which the demo is loaded."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.sign_ins = ""

    def start(self) -> subprocess.Popen[str]:
        local = self.running.local
        settings = {
            "API_URL": local.url,
            "MAIL_URL": local.mail_url,
            "ADMIN_EMAIL": ADMIN,
            "ADMIN_PASSWORD": ADMIN_PASSWORD,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.demo"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def load(self) -> None:
        loader = self.start()
        self.sign_ins, said = loader.communicate(timeout=120)
        assert loader.returncode == 0, said

    def all(self, path: str) -> list[Any]:
        return self.running.admin.all(path)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Loaded once, by a loader that is cut off amid the sessions and one that ends its work."""
    running = Running(tmp_path_factory.mktemp("demo"), GATHER_SECONDS="1")
    try:
        made = Demo(running)
        cut_off = made.start()
        eventually(lambda: len(made.all("/sessions")) > 10, 60, "a good many sessions")
        cut_off.kill()
        cut_off.communicate()
        made.load()
        yield made
    finally:
        running.local.stop()


def test_three_coaches_an_admin_and_25_clients_in_all_portal_states(demo: Demo) -> None:
    roles = Counter((coach["role"], coach["state"]) for coach in demo.all("/coaches"))
    assert roles == {("admin", "active"): 1, ("coach", "active"): 3}
    clients = {client["email"]: client["portal"] for client in demo.all("/clients")}
    assert clients == {client.email: client.portal for client in CLIENTS}
    assert set(clients.values()) == {"internal_record", "invited", "active", "disabled"}
    assert len(clients) == 25
    assert len(demo.all("/programs")) == 4


def test_engagements_in_every_status(demo: Demo) -> None:
    engagements = demo.all("/engagements")
    statuses = Counter(engagement["status"] for engagement in engagements)
    assert set(statuses) == {"not_started", "in_progress", "completed"}
    ended = [engagement for engagement in engagements if engagement["status"] == "completed"]
    early = [engagement for engagement in ended if engagement["ended_reason"]]
    assert early
    assert all(engagement["sessions_unused"] > 0 for engagement in early)
    by_all_sessions = [engagement for engagement in ended if engagement["progress"]["percent"] == 100]
    assert len(early) + len(by_all_sessions) == len(ended)
    assert any(engagement["start_date"] is None for engagement in engagements)


def test_sessions_past_and_to_come_at_each_place_once_each(demo: Demo) -> None:
    sessions = demo.all("/sessions")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    past = Counter(session["state"] for session in sessions if session["ends_at"] < now)
    assert set(past) == {"completed", "no_show", "scheduled"}
    coming = [session for session in sessions if session["starts_at"] > now]
    assert Counter(session["state"] for session in coming)["cancelled"] == 1
    kinds = {session["location"]["kind"] for session in coming}
    assert kinds == {"zoom", "meet", "teams", "phone", "in_person", "skype"}
    assert [session["ics_sequence"] for session in sessions if session["reason"] == "A fair in Leipzig"] == [1]
    told_apart = Counter((session["engagement_id"], session["title"]) for session in sessions)
    assert set(told_apart.values()) == {1}


def test_c21_invoices_in_every_state_with_numbers_that_have_no_gap(demo: Demo) -> None:
    invoices = demo.all("/invoices")
    states = {invoice["state"] for invoice in invoices}
    assert states == {"draft", "sent", "partially_paid", "paid", "overdue", "void"}
    numbers = sorted(int(invoice["number"].split("-")[1]) for invoice in invoices if invoice["number"])
    assert numbers == list(range(1, len(invoices)))
    assert max(len(invoice["taxes"]) for invoice in invoices) == 3
    assert [note["number"].split("-")[2] for note in demo.all("/credit-notes")] == ["0001"]


def test_c4_a_cancellation_to_an_internal_record_is_refused_and_all_else_is_sent(demo: Demo) -> None:
    eventually(lambda: not demo.running.admin.all("/notifications", state="queued"), 20, "an empty queue of mail")
    (refused,) = demo.running.admin.all("/notifications", state="refused")
    assert (refused["kind"], refused["rule"]) == ("session_cancelled", "C4")
    assert {notification["state"] for notification in demo.all("/notifications")} == {"sent", "refused"}


def test_coaches_and_clients_sign_in_with_the_password_that_is_shown(demo: Demo) -> None:
    assert [line.split()[:2] for line in demo.sign_ins.splitlines()] == [
        ["Coach", COACHES[0].email],
        ["Client", CLIENTS[0].email],
    ]
    assert all(line.endswith(PASSWORD) for line in demo.sign_ins.splitlines())
    client = demo.running.anybody.signed_in(CLIENTS[0].email, PASSWORD)
    (engagement,) = client.all("/engagements")
    resources = client.all(f"/engagements/{engagement['id']}/resources")
    assert {resource["by_client"] for resource in resources} == {True, False}
    coach = demo.running.anybody.signed_in(COACHES[0].email, PASSWORD)
    assert 10 < len(coach.all("/clients")) < 25


def test_loading_it_again_changes_nothing(demo: Demo) -> None:
    def everything() -> tuple[Any, ...]:
        found = [sorted((item["id"], item["version"]) for item in demo.all(path)) for path in LISTS]
        money = [(invoice["id"], invoice["number"], invoice["balance"]) for invoice in demo.all("/invoices")]
        return found, money, len(demo.running.mailbox.mails())

    before = everything()
    demo.load()
    assert everything() == before
