"""Runs the toy as a real service: `python -m tests.chassis.toy serve|worker|migrate|list|redrive`,
or with any command of the command line in full.

DIE_AT names a point where the process kills itself, once: `before_commit`, `after_commit`, `amid_batch`,
`after_publish`, `after_confirm`, `before_ack`. The file MARK keeps that it did.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import services

services.__path__.append(str(Path(__file__).parents[1]))  # so that the command line finds services.toy


def die(point: str) -> None:
    """Ends the process here, as a power cut would, if this is the point; only the first time."""
    if os.environ.get("DIE_AT") == point and not Path(os.environ["MARK"]).exists():
        Path(os.environ["MARK"]).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def arm() -> None:
    """Puts the points into the chassis' parts."""
    from chassis import outbox
    from chassis.runtime import Runtime
    from chassis.work import Work

    publish_row, await_confirms, once = Work.publish, outbox.ConfirmingPublisher._await_confirms, outbox.Relay.once

    def publishing(self: Work, *args: Any) -> None:
        publish_row(self, *args)
        die("before_commit")

    def confirming(self: outbox.ConfirmingPublisher) -> None:
        die("after_publish")
        await_confirms(self)
        die("after_confirm")

    def ringing(self: Runtime, name: str, value: Any) -> None:
        if name == "on_publish" and os.environ.get("DIE_AT") == "after_commit":
            value = lambda: die("after_commit")  # noqa: E731
        object.__setattr__(self, name, value)

    def batch(self: outbox.Relay) -> int:
        connect = outbox.ConfirmingPublisher._connect

        def connecting(publisher: outbox.ConfirmingPublisher) -> None:
            connect(publisher)
            send, sent = publisher._channel.basic_publish, []

            def sending(*args: Any, **kwargs: Any) -> None:
                send(*args, **kwargs)
                sent.append(1)
                if len(sent) == 3:
                    die("amid_batch")

            publisher._channel.basic_publish = sending

        outbox.ConfirmingPublisher._connect = connecting  # type: ignore[method-assign]
        try:
            return once(self)
        finally:
            outbox.ConfirmingPublisher._connect = connect  # type: ignore[method-assign]

    Work.publish = publishing  # type: ignore[method-assign]
    outbox.ConfirmingPublisher._await_confirms = confirming  # type: ignore[method-assign]
    outbox.Relay.once = batch  # type: ignore[method-assign]
    Runtime.__setattr__ = ringing  # type: ignore[assignment, method-assign]
    if sys.argv[1] == "serve":
        from chassis import serve

        ack = serve.Events.ack

        def acking(self: Any, message: Any, *, multiple: bool = False) -> None:
            if isinstance(self, serve.Events):
                die("before_ack")
            ack(self, message, multiple=multiple)

        serve.Events.ack = acking  # type: ignore[method-assign]


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        import eventlet

        eventlet.monkey_patch()
    if os.environ.get("DIE_AT"):
        arm()
    commands = {"list": ["parked", "list", "toy"], "redrive": ["parked", "redrive", "toy", "--all"]}
    said = sys.argv[1:]
    sys.argv = ["coachworks", *(commands.get(said[0], [said[0], "toy"]) if len(said) == 1 else said)]
    from chassis.cli import main

    main()
