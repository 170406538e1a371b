"""One service after the other is upgraded, and one rolled back, while the others run the release before (DESIGN §5)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from deploy.local.system import Child, commands
from tests.system.exactly_once import check
from tests.system.havoc import Havoc, envelopes
from tests.system.ledger import Callers, Command, found_engagements
from tests.system.ledger import commands as all_commands
from tests.system.next_release import make

AT_ONCE = 10


class Rolling:
    """A system whose services are exchanged one by one for those of another release, under a stream of commands.

    New processes run beside the old ones until they are ready; then the old ones are asked to end.
    """

    def __init__(self, havoc: Havoc, callers: Callers, folder: Path) -> None:
        self.havoc = havoc
        self.callers = callers
        self._ahead: Iterator[Command] = all_commands("rolling", found_engagements(havoc.admin, "rolling", 5))
        self._next = {service: make(service, folder / service) for service in ("engagements", "scheduling")}

    def upgrade(self, service: str) -> None:
        """Both processes of a service to the next release; its database is migrated already."""
        processes = (service, f"{service}-worker")
        self._exchange({process: f"{process}-next" for process in processes})

    def roll_back(self, service: str) -> None:
        """Both processes of a service to this release, by which the database is left as it is."""
        self.migrate(service, "")
        processes = (service, f"{service}-worker")
        self._exchange({f"{process}-next": process for process in processes})

    def migrate(self, service: str, path: str | None = None) -> None:
        """Migrates the service to its next release, or by that of another path, while its processes go on."""
        program = Path(sys.executable).with_name("coachworks")
        environment = self.havoc.local.configuration.environment(service)
        environment["PYTHONPATH"] = str(self._next[service]) if path is None else path
        done = subprocess.run(
            [str(program), "migrate", service], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def say_more(self) -> None:
        """New commands, some of which are under way when it returns."""
        self.callers.say(list(islice(self._ahead, AT_ONCE)))
        self.callers.await_all(but=AT_ONCE // 2)

    def _exchange(self, pairs: dict[str, str]) -> None:
        children = self.havoc.local.children
        self.say_more()
        for new in pairs.values():
            children[new] = self._child(new)
            children[new].start()
        self.havoc.local.wait_ready()
        self.say_more()
        for old in pairs:
            ending = children.pop(old).process
            assert ending is not None
            ending.terminate()
            self.say_more()
            assert ending.wait(30) == 0, f"{old} did not end in good order"

    def _child(self, name: str) -> Child:
        local, process = self.havoc.local, name.removesuffix("-next")
        environment = local.configuration.environment(process)
        if process != name:
            environment["PYTHONPATH"] = str(self._next[process.removesuffix("-worker")])
            environment["HTTP_PORT"] = str(local.configuration.http_port(name))
        return Child(name, commands()[process], environment, local.log_folder / f"{name}.log")


@pytest.fixture
def rolling(tmp_path: Path) -> Iterator[Rolling]:
    havoc = Havoc(tmp_path / "system", {})
    callers = Callers(havoc.admin)
    yield Rolling(havoc, callers, tmp_path)
    callers.dismiss()
    havoc.stop()


def test_two_releases_side_by_side_lose_nothing_and_double_nothing(rolling: Rolling) -> None:
    havoc, callers = rolling.havoc, rolling.callers
    rolling.say_more()
    rolling.migrate("engagements")  # from here on its queue gets what only its next release listens to
    rolling.migrate("scheduling")
    havoc.kill("engagements-worker")  # and what restarts now finds a database that is ahead
    havoc.start("engagements-worker")
    havoc.local.wait_ready()
    rolling.upgrade("scheduling")
    rolling.upgrade("engagements")
    rolling.roll_back("scheduling")
    rolling.say_more()
    callers.await_all()
    havoc.let_retries_be_due("engagements")
    havoc.settle()

    check(havoc, "rolling", callers)
    drawn = [event["subject"] for event in envelopes(havoc, "scheduling.outlook.drawn.v1")]
    kept = [row.session_id for row in havoc.rows("engagements", "SELECT session_id FROM outlook")]
    scheduled = envelopes(havoc, "scheduling.session.scheduled.v1")
    of_the_next = {event["subject"] for event in scheduled if "added" in event["data"]}
    assert Counter(drawn) == Counter(of_the_next) == Counter(kept)
    assert 0 < len(of_the_next) < len(scheduled), "each release published some"
    log = (havoc.local.log_folder / "engagements.log").read_text()
    assert "nothing here listens to scheduling.outlook.drawn.v1" in log, "the release before got some, and kept them"
    assert havoc.admin.get("/clients")["items"][0]["added"] == "by the next release", "through the gateway before"
