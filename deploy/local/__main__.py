"""`python -m deploy.local`: all of Coachworks in the foreground, until Ctrl-C or SIGTERM (DESIGN §4)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from dotenv import dotenv_values

from deploy.local.processes import CannotStart
from deploy.local.system import ROOT, LocalSystem


class Foreground:
    """One run at the terminal: start, load the demo organisation the first time, tell where things are, watch."""

    def __init__(self) -> None:
        kept = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value is not None}
        self._env = {**kept, **os.environ}
        self._ending = False

    def run(self) -> int:
        """0 after an end that was asked for, 1 when a part could not start or keep running."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end)
        system: LocalSystem | None = None
        try:
            system = LocalSystem(Path(self._env.get("VAR_DIR") or ROOT / "var"), self._env, say)
            system.start()
            sign_ins = self._sign_ins(system)
            print(welcome(system, sign_ins), flush=True)
            system.watch(lambda: False)
        except EndAsked:
            say("Ending; what is in flight is finished first")
            return 0
        except CannotStart as reason:
            print(f"Cannot go on: {reason}", file=sys.stderr, flush=True)
            return 1
        finally:
            if system is not None:
                system.stop()
        return 0

    def _sign_ins(self, system: LocalSystem) -> str:
        """The demo's sign-ins; loads it the first time that this folder is used, unless DEMO is 0."""
        kept = system.folder / "sign-ins.txt"
        if not kept.exists():
            demo = "" if self._env.get("DEMO") == "0" else load_demo(system)
            kept.write_text(demo)
        return kept.read_text()

    def _end(self, number: int, frame: FrameType | None) -> None:
        if self._ending:
            return
        self._ending = True
        raise EndAsked


class EndAsked(BaseException):
    """Ctrl-C, or a signal that means the same."""


def load_demo(system: LocalSystem) -> str:
    """Fill the empty system through its own API; answers the sign-ins that it made, as text for a person."""
    say("Loading the demo organisation (this start only; DEMO=0 starts empty)")
    settings = {
        "API_URL": system.url,
        "MAIL_URL": system.mail_url,
        "ADMIN_EMAIL": system.configuration.admin_email,
        "ADMIN_PASSWORD": system.configuration.admin_password,
    }
    command = [sys.executable, "-m", "deploy.demo"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise CannotStart("the demo organisation could not be loaded; see above, or start empty with DEMO=0.")
    return done.stdout


def welcome(system: LocalSystem, sign_ins: str) -> str:
    """Where everything is."""
    settings = system.configuration
    lines = [
        "",
        f"Coachworks runs at {settings.public_url}",
        f"  Admin   {settings.admin_email}  {settings.admin_password}",
        *(f"  {line}" for line in sign_ins.splitlines()),
    ]
    if settings.mail_url:
        lines.append(f"  Mail    {settings.mail_url} shows what was sent")
    lines += [f"  Logs    {system.log_folder}", "Ctrl-C ends it.", ""]
    return "\n".join(lines)


def say(what: str) -> None:
    """Tell what happens now."""
    print(f"· {what}", flush=True)


if __name__ == "__main__":
    sys.exit(Foreground().run())
