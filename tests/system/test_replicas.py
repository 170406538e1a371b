"""Several of everything: two and three replicas of each process and of the gateway do together what one does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from deploy.local.configuration import SERVICES
from tests.support.servers import PostgresServer
from tests.system.conftest import databases
from tests.system.exactly_once import check
from tests.system.havoc import PROCESSES, Havoc
from tests.system.ledger import Callers, commands, found_engagements

SESSIONS = 60
VICTIMS = ("scheduling", "scheduling-worker", "notifications", "notifications-worker", "engagements", "gateway")


@pytest.fixture(scope="module")
def havoc(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Havoc]:
    """One system on PostgreSQL, to which replicas are added."""
    made = Havoc(tmp_path_factory.mktemp("replicas"), databases(postgres_server, "replicas"))
    yield made
    made.stop()


@pytest.mark.parametrize("number", [2, 3])
def test_replicas_of_everything_share_the_work_and_do_nothing_twice_whichever_is_killed(
    havoc: Havoc, number: int
) -> None:
    for name in (*PROCESSES, "gateway"):
        havoc.local.start_replica(name, number)
    havoc.local.wait_ready()
    replicas = ["", *(f".{n}" for n in range(2, number + 1))]
    gateways = [havoc.local.configuration.url_of(f"gateway{replica}") for replica in replicas]
    run = f"replicas{number}"
    ahead = commands(run, found_engagements(havoc.admin, run, 10))
    callers = Callers(havoc.admin, gateways)

    callers.say(list(islice(ahead, SESSIONS // 2)))
    callers.await_all()
    havoc.settle()
    for service in SERVICES:
        handled = [havoc.counted(service + replica, "coachworks_events_handled") for replica in replicas]
        assert all(handled), f"{service}: {handled}"
    assert all(havoc.counted(f"scheduling{replica}", "coachworks_calls") for replica in replicas)

    for place, name in enumerate(VICTIMS):
        callers.say(list(islice(ahead, SESSIONS // 2 // len(VICTIMS))))
        victim = name + replicas[place % number]
        havoc.kill(victim)
        havoc.start(victim)
    callers.await_all()
    callers.dismiss()
    havoc.local.wait_ready()
    havoc.settle()
    assert len(callers.accepted) == SESSIONS
    check(havoc, run, callers)
