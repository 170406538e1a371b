"""What the images of deploy/Dockerfile hold, laid out in a folder: Docker itself is needed for no test."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"

#: Runs a program where only a tree and the packages of its requirements exist.
_ALONE = """
import json, sys

tree, packages, absent = json.loads(sys.argv.pop(1))
sys.path[:0] = [tree]
sys.path.append(packages)


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in absent:
            raise ModuleNotFoundError(f"{name} is not among its requirements", name=name)


sys.meta_path.insert(0, Absent())
"""


def lay_out(stage: str, tree: Path, **arguments: str) -> None:
    """Copies into `tree` what that stage of the Dockerfile copies of this house, with those build arguments."""
    for line in _lines_of(stage):
        command, _, rest = Template(line).safe_substitute(arguments).partition(" ")
        if command == "COPY" and not rest.startswith("--from="):
            *sources, to = rest.split()
            for source in sources:
                _copy(ROOT / source, tree / to / Path(source).name if to.endswith("/") else tree / to)


def entrypoint(stage: str) -> list[str]:
    """The program that the image runs."""
    (line,) = [line for line in _lines_of(stage) if line.startswith("ENTRYPOINT ")]
    found: list[str] = json.loads(line.removeprefix("ENTRYPOINT "))
    return found


def run_alone(
    tree: Path, program: str, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs Python source in that tree, with nothing but it and what its requirements.txt names."""
    given = json.dumps([str(tree), sysconfig.get_path("purelib"), _absent_for(tree / "requirements.txt")])
    command = [sys.executable, "-S", "-I", "-c", _ALONE + program, given, *arguments]
    return subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False, timeout=120)


def _lines_of(stage: str) -> list[str]:
    """The instructions of one stage of the Dockerfile."""
    stages = re.split(r"^FROM \S+ AS (\w+)$", DOCKERFILE.read_text(), flags=re.MULTILINE)
    return dict(zip(stages[1::2], stages[2::2], strict=True))[stage].splitlines()


def _copy(source: Path, to: Path) -> None:
    """Copies what the builder is sent: .dockerignore says what it is not."""
    kept = (DOCKERFILE.with_name("Dockerfile.dockerignore")).read_text().split()
    assert any(source.is_relative_to(ROOT / line[1:]) for line in kept if line.startswith("!")), f"{source} is not sent"
    ignored = [line for line in kept if not line.startswith("!")][1:]

    def unsent(folder: str, names: list[str]) -> list[str]:
        paths = {name: str((Path(folder) / name).relative_to(ROOT)) for name in names}
        return [name for name, path in paths.items() if any(fnmatch(f"/{path}", f"*{line}") for line in ignored)]

    to.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, to, ignore=unsent, dirs_exist_ok=True)
    else:
        shutil.copy(source, to)


def _absent_for(requirements: Path) -> list[str]:
    """The importable names of every installed package that is not among those requirements."""
    lines = requirements.read_text().splitlines()
    required = {_canonical(found.group(1)) for line in lines if (found := re.match(r"([A-Za-z0-9][\w.-]*)==", line))}
    assert required
    allowed = required | {"coachworks"}  # ours is what the tree contains
    present = importlib.metadata.packages_distributions()
    return sorted(name for name, givers in present.items() if not {_canonical(giver) for giver in givers} & allowed)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
