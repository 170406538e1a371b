"""The command line for copies of others' objects: `coachworks facts`, `coachworks projections check|rebuild`."""

from __future__ import annotations

import sys
from typing import Any

import click

from chassis.plain import opened, said_plainly


@click.command()
@click.argument("service")
def facts(service: str) -> None:
    """Prints the facts of all objects of which other services keep copies, as they are at this moment."""
    from chassis.projections import facts

    for line in facts(opened(service, "facts")):
        click.echo(line)


@click.group()
def projections() -> None:
    """A service's copies of what others own. Reads what `coachworks facts` of their owners printed."""


@projections.command()
@click.argument("service")
def check(service: str) -> None:
    """Says which copies are not as their owners say; exit code 1 if any. Changes nothing."""
    from chassis.projections import check

    runtime = opened(service, "projections")
    with said_plainly():
        compared = check(runtime, sys.stdin)
    _list(compared.found)
    click.echo(f"{len(compared.found)} copies disagree with {len(compared.told)} facts")
    if compared.found:
        click.echo(f"coachworks projections rebuild {service} makes them agree")
    _unknown(compared)
    if _missing(runtime, compared) or compared.found:
        sys.exit(1)


@projections.command()
@click.argument("service")
@click.option("--restored", is_flag=True, help="After a restore, while nothing runs: also what an event may yet bring.")
def rebuild(service: str, restored: bool) -> None:
    """Makes the copies as their owners say, also while the service runs. Nothing is mailed, published or done again."""
    from chassis.projections import rebuild

    runtime = opened(service, "projections")
    with said_plainly():
        compared = rebuild(runtime, sys.stdin, restored=restored)
    _list(compared.found)
    click.echo(f"{len(compared.found)} copies rebuilt by {len(compared.told)} facts")
    if compared.left:
        _list(compared.left)
        click.echo(f"{len(compared.left)} copies left, for events about them may be under way")
    _unknown(compared)
    if _missing(runtime, compared):
        sys.exit(1)


def _list(findings: list[Any]) -> None:
    for found in findings:
        click.echo(f"{found.table}\t{found.id}\t{found.what}")


def _unknown(compared: Any) -> None:
    if compared.unknown:
        _list(compared.unknown)
        click.echo(f"{len(compared.unknown)} copies are of what its owner does not have: deleted there, or lost")


def _missing(runtime: Any, compared: Any) -> bool:
    from chassis.projections import owners_of

    missing = sorted(owners_of(runtime) - compared.owners)
    if missing:
        click.echo(f"No facts came of: {', '.join(missing)}")
    return bool(missing)
