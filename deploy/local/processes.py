"""Child processes that cannot outlive the program that started them."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """A part of the system cannot start; the message is one sentence that says why and what to do."""


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    cwd: Path | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, without input, its output appended to `log`.

    It runs as `user` where one is named, which only root can do. The kernel kills it when the thread that called this
    ends, however that ends: call it from a thread that lives as long as the child should.
    """
    parent = os.getpid()
    account = pwd.getpwnam(user) if user else None

    def tie_to_parent() -> None:
        if account is not None:  # before the tie, which a change of user undoes
            os.initgroups(account.pw_name, account.pw_gid)
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=tie_to_parent,
        )


def stop(processes: Iterable[subprocess.Popen[bytes]], seconds: float = 20) -> None:
    """Ask all to end, wait up to `seconds`, then kill what is left of them and of their children."""
    everyone = list(processes)
    for process in everyone:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + seconds
    for process in everyone:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        kill_group(process.pid)


def kill_group(pid: int) -> None:
    """Kill what is left of the process group that `spawn` made for this process."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def last_words(log: Path) -> str:
    """The last line that was written to a log, for saying why its process ended."""
    if not log.exists():
        return "it said nothing"
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
