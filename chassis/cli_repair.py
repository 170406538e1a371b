"""The command line to repair with: `coachworks check`, `reseal`, `outbox` and `parked`."""

from __future__ import annotations

import sys
from typing import Any

import click

from chassis.plain import opened, said_plainly


@click.command()
@click.argument("service")
def check(service: str) -> None:
    """Whether settings, database, migration, broker, outbox and bytes are as they should be; exit code 1 if not."""
    from chassis import health

    runtime = opened(service, "check")
    said = health.checks(runtime)
    if runtime.service.lacks and said["database"] == said["migration"] == "ok":
        said["bytes"] = runtime.service.lacks(runtime)
    for name, found in said.items():
        click.echo(f"{name}\t{found}")
    if any(found != "ok" for found in said.values()):
        sys.exit(1)


@click.command()
@click.argument("service")
def reseal(service: str) -> None:
    """Seals with the first key of SECRET_KEY what lies sealed with those after it; then these can be dropped."""
    from chassis.resealing import reseal

    found = reseal(opened(service, "reseal"))
    click.echo(f"{found.done} sealed anew")
    if found.answers:
        click.echo(f"{found.answers} kept answers still need an older key; they end within 24 hours")
    if found.unreadable:
        click.echo(f"{found.unreadable} are sealed with none of the keys of SECRET_KEY")
        sys.exit(1)


@click.group()
def outbox() -> None:
    """Events that are on their way to the broker."""


@outbox.command()
@click.argument("service")
def status(service: str) -> None:
    """How many events wait, since when, and of which types."""
    from chassis import outbox

    runtime = opened(service, "outbox")
    depth, age = outbox.measure(runtime)
    click.echo(f"{depth} waiting" + (f", the oldest for {age:.0f} s" if depth else ""))
    for type_, count in outbox.waiting(runtime):
        click.echo(f"{count}\t{type_}")


@click.group()
def parked() -> None:
    """Events that failed too often: see them, set them going again, give them up."""


@parked.command("list")
@click.argument("service")
def list_parked(service: str) -> None:
    """Shows the parked events of a service."""
    from chassis import inbox

    for row in inbox.parked(opened(service, "parked")):
        click.echo(
            f"{row.id}\t{row.created_at:%Y-%m-%d %H:%M:%S}\t{row.routing_key}\t{row.attempts} attempts\t{row.error}"
        )


@parked.command()
@click.argument("service")
@click.argument("id", type=int)
def show(service: str, id: int) -> None:
    """Shows all that is kept of a parked event: what went wrong, its headers, its bytes."""
    from chassis import inbox

    with said_plainly():
        click.echo(_described(inbox.parked_one(opened(service, "parked"), id)))


@parked.command()
@click.argument("service")
@click.argument("ids", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All parked events of the service.")
def redrive(service: str, ids: tuple[int, ...], everything: bool) -> None:
    """Sets parked events going again."""
    from chassis import inbox

    runtime = opened(service, "parked")
    wanted = [row.id for row in inbox.parked(runtime)] if everything else list(ids)
    count = inbox.redrive(runtime, wanted)
    click.echo(f"{count} of {len(wanted)} set going again")
    if count != len(wanted):
        sys.exit(1)


@parked.command()
@click.argument("service")
@click.argument("ids", type=int, nargs=-1, required=True)
def drop(service: str, ids: tuple[int, ...]) -> None:
    """Gives parked events up for good, after showing all of them. What they were to change stays unchanged."""
    from chassis import inbox

    runtime = opened(service, "parked")
    with said_plainly():
        for id in ids:
            click.echo(_described(inbox.parked_one(runtime, id)))
        inbox.drop(runtime, ids)
    click.echo(f"{len(ids)} dropped")


def _described(row: Any) -> str:
    lines = [
        f"id           {row.id}",
        f"event        {row.event_id or 'unreadable'}",
        f"type         {row.routing_key}",
        f"kept since   {row.created_at:%Y-%m-%d %H:%M:%S} UTC",
        f"attempts     {row.attempts}",
        f"error        {row.error}",
        f"content type {row.content_type}",
        f"headers      {row.headers}",
        row.body.decode("utf-8", "backslashreplace"),
    ]
    return "\n".join(lines)
