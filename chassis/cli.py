"""The command line: `coachworks serve|worker|migrate|new-migration SERVICE`, and what cli_repair, cli_backup,
cli_copies and cli_events add."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import click

from chassis.cli_backup import backup, restore
from chassis.cli_copies import facts, projections
from chassis.cli_events import consumer, events
from chassis.cli_repair import check, outbox, parked, reseal
from chassis.plain import opened, said_plainly, service_named


@click.group()
def main() -> None:
    """Runs and repairs the services of Coachworks."""


for command in (check, reseal, parked, outbox, backup, restore, facts, projections, consumer, events):
    main.add_command(command)


@main.command()
@click.argument("service")
def serve(service: str) -> None:
    """Answers calls and listens to events, until SIGTERM."""
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    import warnings

    warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated", category=Warning)
    import eventlet

    eventlet.monkey_patch()
    from chassis.serve import serve as run

    runtime = opened(service, "serve")
    _await_what_it_needs(runtime)

    def until(stop: Callable[[], None]) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop())

    with said_plainly():
        run(runtime, until)


@main.command()
@click.argument("service")
def worker(service: str) -> None:
    """Relays, retries and reaches out, until SIGTERM."""
    from chassis.worker import work

    runtime = opened(service, "worker")
    _await_what_it_needs(runtime)

    def until(stop: Callable[[], None]) -> None:
        told = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        told.wait()
        stop()

    with said_plainly():
        work(runtime, until)


@main.command()
@click.argument("service")
def migrate(service: str) -> None:
    """Brings the service's database and its queues to this release."""
    from chassis.startup import declare_topology, migrate_and_prepare

    runtime = opened(service, "migrate")
    with said_plainly():
        declare_topology(runtime)
        migrate_and_prepare(runtime)
    click.echo(f"{service}: database and queues are up to date")


@main.command("new-migration")
@click.argument("service")
@click.argument("name")
def new_migration(service: str, name: str) -> None:
    """Writes the next migration, by what the models have and the migrations lack; read and correct it."""
    from chassis.migrate import new_migration as write

    write(service_named(service), name)
    click.echo("Read it and correct it.")


def _await_what_it_needs(runtime: Any) -> None:
    from chassis.startup import await_ready

    with said_plainly():
        await_ready(runtime)


if __name__ == "__main__":
    main()
