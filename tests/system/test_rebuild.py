"""Copies are rebuilt by their owners' facts, while everything runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chassis.database import Copy, Database
from deploy.local.configuration import SERVICES, Configuration
from deploy.local.system import ROOT
from tests.architecture.house import service_of
from tests.support.servers import PostgresServer
from tests.system.conftest import ADMIN, PASSWORD, databases
from tests.system.havoc import Havoc

Rows = dict[str, list[Any]]

#: What goes wrong in each service's copies while it runs.
TAMPERING = {
    "engagements": (
        "UPDATE session_copy SET state = 'cancelled', title = 'Nonsense'",
        "UPDATE invoice_copy SET state = 'nonsense'",
        "UPDATE file_copy SET deleted = NOT deleted",
        "DELETE FROM form_copy",
    ),
    "scheduling": (
        "UPDATE client SET name = 'Nobody'",
        "UPDATE coach SET time_zone = 'UTC'",
        "UPDATE engagement SET coach_id = client_id, deleted = NOT deleted",
        "DELETE FROM item",
    ),
    "documents": (
        "DELETE FROM place_file",
        "UPDATE place SET client_sees = NOT client_sees",
        "UPDATE engagement SET coach_id = client_id",
        "DELETE FROM client",
    ),
    "notifications": (
        "UPDATE person SET standing = 'nonsense', email = 'somebody.else@example.org'",
        "UPDATE place SET gone = NOT gone",
        "UPDATE coaching_session SET context = NULL",
        "DELETE FROM item",
        "DELETE FROM invoice",
    ),
    "billing": ("DELETE FROM client", "UPDATE engagement SET coach_id = client_id", "UPDATE session SET title = ''"),
}


class Place:
    """One system's settings, with an operator's hand on its services, whether they run or not."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration

    def coachworks(self, service: str, *arguments: str, given: str = "") -> tuple[int, str]:
        """The exit code of a command, and what it says."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("coachworks")), *arguments],
            env=self.configuration.environment(service), input=given, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + (done.stderr if done.returncode else "")

    def facts(self) -> str:
        """Those of all services."""
        said = [self.coachworks(service, "facts", service) for service in SERVICES]
        assert [code for code, _ in said] == [0] * len(SERVICES)
        return "".join(lines for _, lines in said)

    def check(self, facts: str) -> dict[str, tuple[int, str]]:
        return {one: self.coachworks(one, "projections", "check", one, given=facts) for one in SERVICES}

    def rebuild(self, facts: str, *options: str) -> dict[str, tuple[int, str]]:
        return {one: self.coachworks(one, "projections", "rebuild", one, *options, given=facts) for one in SERVICES}

    def copies(self) -> dict[str, Rows]:
        """All copies of each service, by table."""
        found: dict[str, Rows] = {}
        for service in SERVICES:
            models = [one.class_ for one in service_of(service).base.registry.mappers if issubclass(one.class_, Copy)]
            tables = [model.__tablename__ for model in models] + ["place_file"] * (service == "documents")
            database = Database(self.configuration.database_url(service))
            with database.read() as session:
                rows = {table: session.execute(text(f"SELECT * FROM {table}")).all() for table in tables}
            database.dispose()
            found[service] = {table: sorted(map(repr, each)) for table, each in rows.items()}
        return found


def agreed(said: dict[str, tuple[int, str]]) -> bool:
    return all(code == 0 and "0 copies disagree" in text_ for code, text_ in said.values())


@pytest.fixture(scope="module")
def havoc(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Havoc]:
    """A system with the demo in it."""
    settings = {"GATHER_SECONDS": "1", **databases(postgres_server, "lost")}
    made = Havoc(tmp_path_factory.mktemp("restore"), settings)
    local = made.local
    demo = {"API_URL": local.url, "MAIL_URL": local.mail_url, "ADMIN_EMAIL": ADMIN, "ADMIN_PASSWORD": PASSWORD}
    subprocess.run(
        [sys.executable, "-m", "deploy.demo"], cwd=ROOT, env={**os.environ, **demo}, check=True, capture_output=True
    )
    engagement = made.admin.all("/engagements")[0]["id"]
    picture = {"file": ("map.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png")}
    told = made.admin.request("POST", f"/engagements/{engagement}/images", expect=201, files=picture).json()
    note = {"title": "With a picture", "body": f'<p><img src="{told["url"]}"></p>'}
    made.admin.post(f"/engagements/{engagement}/notes", note, expect=201)
    yield made
    made.stop()


def happened(havoc: Havoc) -> tuple[int, int]:
    """How many events and mails there were so far."""
    havoc.settle()
    return len(havoc.rows("notifications", "SELECT position FROM logged_event")), len(
        list(havoc.local.mail_folder.glob("*.eml"))
    )


def test_a_rebuild_leaves_right_copies_alone_and_mends_wrong_ones_without_acting_again(havoc: Havoc) -> None:
    place, so_far = Place(havoc.local.configuration), happened(havoc)
    right, facts = place.copies(), place.facts()
    assert [name for name, rows in right["documents"].items() if not rows] == []
    assert agreed(said := place.check(facts)), said
    assert all(text_.startswith("0 copies rebuilt") for _, text_ in place.rebuild(facts).values())
    assert place.copies() == right

    for service, statements in TAMPERING.items():
        database = Database(place.configuration.database_url(service))
        with database.write() as session:
            for statement in statements:
                session.execute(text(statement))
        database.dispose()
    wrong = place.copies()
    assert all(wrong[service] != right[service] for service in SERVICES)
    assert {code for code, _ in place.check(facts).values()} == {1}
    assert place.copies() == wrong, "a check changes nothing"

    mended = place.rebuild(facts)
    assert {code for code, _ in mended.values()} == {0}, mended
    assert place.copies() == right
    assert happened(havoc) == so_far


def test_facts_that_are_not_whole_are_refused(havoc: Havoc) -> None:
    place = Place(havoc.local.configuration)
    facts = place.facts()
    for given, sentence in (
        ("\n".join(facts.splitlines()[:3]), "Not all facts of engagements came."),
        ("nonsense", "no line of what `coachworks facts` says"),
        ("", "No facts came of: engagements, scheduling"),
    ):
        code, said = place.coachworks("billing", "projections", "check", "billing", given=given)
        assert (code, sentence in said) == (1, True), said
