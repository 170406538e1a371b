"""How the command line tells of what went wrong: a sentence, no traceback."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

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
