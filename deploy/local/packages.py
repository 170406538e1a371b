"""Debian packages that the system or its tests need, installed where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from deploy.local.processes import CannotStart


def install(packages: Sequence[str], why: str) -> None:
    """Install Debian packages, or raise CannotStart with the sentence that tells a person what to do."""
    names = " ".join(packages)
    by_hand = f"Install {names} first ({why}): apt-get install {names}"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise CannotStart(by_hand)
    print(f"· Installing {names} ({why}) …", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:  # package lists may be missing or too old
        subprocess.run(["apt-get", "update"], env=environment, capture_output=True, check=False)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise CannotStart(f"apt-get could not install {names} ({why}): {reason}")
