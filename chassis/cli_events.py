"""The command line for what other systems read: `coachworks consumer add|list|remove`, `coachworks events tail`."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import click

from chassis.plain import said_plainly

_EXAMPLE = """\
Its address, which nobody can be shown again:

  {url}

Reads its events (pip install ./clients/python):

  from coachworks_events import subscribe

  for event in subscribe("{url}", "{queue}"):
      print(event.type, event.subject, event.data)
"""


def amqp_url() -> str:
    """Where the broker is; a missing setting is named."""
    url = os.environ.get("AMQP_URL", "")
    if not url:
        raise click.ClickException("The setting AMQP_URL is missing.")
    return url


def _consumers() -> Any:
    from chassis.consumers import Consumers

    return Consumers(amqp_url(), os.environ.get("RABBITMQCTL", "rabbitmqctl"))


@click.group()
def consumer() -> None:
    """Other systems that read events, each with a user and a queue; RABBITMQCTL is the command for the broker."""


@consumer.command()
@click.argument("name")
@click.option("--types", multiple=True, required=True, help='Which events, such as "billing.#"; may be given again.')
@click.option("--replay", is_flag=True, help="It may also read the stream of all public events of the last 30 days.")
def add(name: str, types: tuple[str, ...], replay: bool) -> None:
    """Makes user and queue of a consumer and shows, once, how it connects."""
    from chassis.consumers import PREFIX

    with said_plainly():
        url = _consumers().add(name, types, replay=replay)
    click.echo(_EXAMPLE.format(url=url, queue=PREFIX + name), nl=False)


@consumer.command("list")
def list_consumers() -> None:
    """Shows each consumer, its types, how many events wait for it and how many of its connections read."""
    with said_plainly():
        for one in _consumers().all():
            click.echo(f"{one.name}\t{', '.join(one.types)}\t{one.waiting} waiting\t{one.readers} reading")


@consumer.command()
@click.argument("name")
def remove(name: str) -> None:
    """Takes a consumer away, with all that waits for it."""
    with said_plainly():
        _consumers().remove(name)
    click.echo(f"{name} is removed")


@click.group()
def events() -> None:
    """The public events of the last 30 days."""


@events.command()
@click.option("--from", "start", default="next", help="first, next, an offset or an age like 2h; new ones if unset.")
@click.option("--types", multiple=True, default=("#",), help='Which events, such as "scheduling.#"; all if unset.')
def tail(start: str, types: tuple[str, ...]) -> None:
    """Prints events, each a line of JSON, also while new ones come; at Ctrl-C it says where to go on.

    The user of AMQP_URL must be allowed to read the stream, as a consumer with --replay is.
    """
    from chassis.tail import position_of, read

    said = 0
    with said_plainly():
        position = position_of(start, dt.datetime.now(dt.UTC))
        try:
            for event in read(amqp_url(), position, types, lambda reason: click.echo(reason, err=True)):
                click.echo(event.body)
                said = event.offset + 1
        except KeyboardInterrupt:
            if said:
                click.echo(f"Go on with --from {said}", err=True)
