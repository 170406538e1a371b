"""The command line: `coachworks serve|worker|migrate|new-migration|parked SERVICE`, and what cli_events.py adds."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import click

from chassis.cli_events import consumer
from chassis.plain import said_plainly


def _service(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(f"services.{name}.service").service
    except ModuleNotFoundError as error:
        if error.name in (f"services.{name}", f"services.{name}.service"):
            raise click.ClickException(f"There is no service {name} here.") from None
        raise


def _open(name: str, process: str) -> Any:
    """The runtime of a service; a setting that is missing ends the process with a sentence that names it."""
    import environs

    from chassis import logs
    from chassis.runtime import open_runtime

    logs.configure(f"{name} {process}", os.environ.get("LOG_LEVEL", "INFO"))
    try:
        return open_runtime(_service(name))
    except environs.EnvError as error:
        raise click.ClickException(f"A setting of {name} is missing or wrong: {error}") from None


@click.group()
def main() -> None:
    """Runs and repairs the services of Coachworks."""


main.add_command(consumer)


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

    runtime = _open(service, "serve")
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

    runtime = _open(service, "worker")
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

    runtime = _open(service, "migrate")
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

    write(_service(service), name)
    click.echo("Read it and correct it.")


@main.group()
def parked() -> None:
    """Events that failed too often: see them, set them going again."""


@parked.command("list")
@click.argument("service")
def list_parked(service: str) -> None:
    """Shows the parked events of a service."""
    from chassis import inbox

    for row in inbox.parked(_open(service, "parked")):
        click.echo(
            f"{row.id}\t{row.created_at:%Y-%m-%d %H:%M:%S}\t{row.routing_key}\t{row.attempts} attempts\t{row.error}"
        )


@parked.command()
@click.argument("service")
@click.argument("ids", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All parked events of the service.")
def redrive(service: str, ids: tuple[int, ...], everything: bool) -> None:
    """Sets parked events going again."""
    from chassis import inbox

    runtime = _open(service, "parked")
    wanted = [row.id for row in inbox.parked(runtime)] if everything else list(ids)
    count = inbox.redrive(runtime, wanted)
    click.echo(f"{count} of {len(wanted)} set going again")
    if count != len(wanted):
        sys.exit(1)


def _await_what_it_needs(runtime: Any) -> None:
    from chassis.startup import await_ready

    with said_plainly():
        await_ready(runtime)


if __name__ == "__main__":
    main()
