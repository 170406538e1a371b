"""What happens before a process does its work: waiting for what it needs, or bringing it up to date."""

from __future__ import annotations

from sqlalchemy.exc import InterfaceError, OperationalError

from chassis import broker, topology
from chassis.migrate import current_of, head_of, migrate
from chassis.runtime import Runtime


class NotMigrated(Exception):
    """The database is not at this release's revision."""


def await_ready(runtime: Runtime) -> None:
    """Waits until the database answers at this release's revision and the broker takes connections."""
    head = head_of(runtime.service)

    def database() -> None:
        current = current_of(runtime.database)
        if current != head:
            raise NotMigrated(f"it is at {current}, this release needs {head}: run coachworks migrate {runtime.name}")

    broker.wait_for(f"the database of {runtime.name}", database, (OperationalError, InterfaceError, NotMigrated))
    broker.wait_for(
        "the broker",
        lambda: broker.close(broker.connect(runtime.settings.amqp_url, f"{runtime.name} start", heartbeat=0)),
        broker.LOST,
    )


def declare_topology(runtime: Runtime) -> None:
    """Declares exchanges, queues and bindings; a difference to what stands there is an error."""

    def declare() -> None:
        connection = broker.connect(runtime.settings.amqp_url, f"{runtime.name} topology", heartbeat=0)
        try:
            topology.declare(connection.channel(), runtime.service)
        finally:
            broker.close(connection)

    broker.wait_for("the broker", declare, (OSError,))


def migrate_and_prepare(runtime: Runtime) -> None:
    """Brings the database to this release's revision, then lets the service set itself up."""
    broker.wait_for(
        f"the database of {runtime.name}",
        lambda: migrate(runtime.service, runtime.database),
        (OperationalError, InterfaceError),
    )
    if runtime.service.prepares:
        runtime.service.prepares(runtime)
