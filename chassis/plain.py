"""What all commands share: the service that is named, and how to tell of what went wrong.

The command line imports nothing at its start that eventlet has to patch: `serve` patches first.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from contracts.errors import CoachworksError


@contextmanager
def said_plainly() -> Iterator[None]:
    """A named error, or a taken port, ends the process with a sentence, without a traceback."""
    try:
        yield
    except CoachworksError as error:
        raise click.ClickException(error.detail) from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise click.ClickException("The port HTTP_PORT is taken; end what uses it, or choose another.") from None


def service_named(name: str) -> Any:
    """The service of that name."""
    import importlib

    try:
        return importlib.import_module(f"services.{name}.service").service
    except ModuleNotFoundError as error:
        if error.name in (f"services.{name}", f"services.{name}.service"):
            raise click.ClickException(f"There is no service {name} here.") from None
        raise


def opened(name: str, process: str) -> Any:
    """The runtime of a service; a setting that is missing ends the process with a sentence that names it."""
    import environs

    from chassis import logs
    from chassis.runtime import open_runtime

    logs.configure(f"{name} {process}", os.environ.get("LOG_LEVEL", "INFO"))
    try:
        return open_runtime(service_named(name))
    except environs.EnvError as error:
        raise click.ClickException(f"A setting of {name} is missing or wrong: {error}") from None
