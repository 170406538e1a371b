"""`python -m deploy.demo`: loads the demo into the system at API_URL.

Reads API_URL, ADMIN_EMAIL, ADMIN_PASSWORD and MAIL_URL (the mail catcher's page). Tells its steps on standard error,
and on standard output the sign-ins that it made. May be run again: it ends what an earlier run began.
"""

from __future__ import annotations

import os
import sys

from deploy.demo.api import CannotLoad
from deploy.demo.loader import Loader
from deploy.demo.people import CLIENTS, COACHES, PASSWORD


def main() -> int:
    """0 when all of the demo is there, else 1 with one sentence that says why not."""
    wanted = ("API_URL", "ADMIN_EMAIL", "ADMIN_PASSWORD", "MAIL_URL")
    missing = [name for name in wanted if not os.environ.get(name)]
    if missing:
        _say(
            f"Set {', '.join(missing)} first; the demo's people accept their invitations in the built-in mail catcher."
        )
        return 1
    loader = Loader(os.environ["API_URL"].rstrip("/"), os.environ["MAIL_URL"].rstrip("/"), _say)
    try:
        loader.load(os.environ["ADMIN_EMAIL"], os.environ["ADMIN_PASSWORD"])
    except CannotLoad as reason:
        _say(str(reason))
        return 1
    print(f"Coach   {COACHES[0].email}  {PASSWORD}")
    print(f"Client  {CLIENTS[0].email}  {PASSWORD}")
    return 0


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
