"""What happens before a process does its work: waiting for what it needs, or bringing it up to date."""

from __future__ import annotations

from amqp.exceptions import PreconditionFailed

from chassis import broker, topology
from chassis.database import DOWN
from chassis.migrate import migrate, what_is_missing
from chassis.runtime import Runtime
from contracts.errors import Conflict


class NotMigrated(Exception):
    """The database is at an earlier release's revision."""


def await_ready(runtime: Runtime) -> None:
    """Waits until the database is one that this release can work with and the broker holds what the service needs."""

    def database() -> None:
        if missing := what_is_missing(runtime.service, runtime.database):
            raise NotMigrated(f"{missing}: run coachworks migrate {runtime.name}")

    broker.wait_for(f"the database of {runtime.name}", database, (*DOWN, NotMigrated))
    declare_topology(runtime)


def declare_topology(runtime: Runtime) -> None:
    """Declares exchanges, queues and bindings, once the broker is there; `Conflict` if they stand differently."""

    def declare() -> None:
        connection = broker.connect(runtime.settings.amqp_url, f"{runtime.name} topology", heartbeat=0)
        try:
            topology.declare(connection.channel(), runtime.service)
        except PreconditionFailed as error:
            raise Conflict(f"What the broker holds is not what this release declares: {error}") from error
        finally:
            broker.close(connection)

    # Just after its own start RabbitMQ answers 404 for a stream whose members have not come up: that is waited for too.
    broker.wait_for("the broker", declare, broker.LOST)


def migrate_and_prepare(runtime: Runtime) -> None:
    """Brings the database to this release's revision, then lets the service set itself up."""
    broker.wait_for(
        f"the database of {runtime.name}",
        lambda: migrate(runtime.service, runtime.database),
        DOWN,
    )
    if runtime.service.prepares:
        runtime.service.prepares(runtime)
