"""Pins and hashes every dependency group of pyproject.toml into requirements/<group>.txt.

`dev` is resolved first and binds the others, so that what is tested is what is deployed. The locks hold for every
platform and every Python that pyproject.toml allows. `python -m deploy.lock --upgrade` moves to the newest versions.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED_GROUPS = {"chassis"}  # included by others, deployed by none


def lock(group: str, *options: str) -> None:
    """Write requirements/<group>.txt, keeping the versions it has unless told to upgrade."""
    command = [
        str(Path(sys.executable).with_name("uv")),
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--no-annotate",
    ]
    command += ["--custom-compile-command", "make lock", "--group", f"pyproject.toml:{group}"]
    command += [*options, "--output-file", f"requirements/{group}.txt"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def bounds(lock_file: Path) -> str:
    """The lock's pins without their hashes, as constraints for other locks."""
    lines = (line.removesuffix(" \\") for line in lock_file.read_text().splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith((" ", "#")))


def main(options: list[str]) -> None:
    """Lock dev, then every deployable within dev's versions."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    lock("dev", *options)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write(bounds(ROOT / "requirements" / "dev.txt"))
        constraints.flush()
        for group in sorted(set(groups) - SHARED_GROUPS - {"dev"}):
            lock(group, *options, "--constraint", constraints.name)


if __name__ == "__main__":
    main(sys.argv[1:])
