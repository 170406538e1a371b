"""Who may import whom (DESIGN §1), and that each part really lives without the others."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, SERVICES

#: Imports its arguments where only the given packages exist, and nothing may be opened.
_ALONE = """
import importlib, json, sys

tree, packages, absent, modules = json.loads(sys.argv[1])
sys.path[:0] = [tree]
sys.path.append(packages)


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in absent:
            raise ModuleNotFoundError(f"{name} is not among its requirements", name=name)


def refuse(event, arguments):
    if event in ("socket.connect", "socket.bind", "sqlite3.connect", "subprocess.Popen"):
        raise RuntimeError(f"{event} while importing: {arguments}")


sys.meta_path.insert(0, Absent())
sys.addaudithook(refuse)
for module in modules:
    importlib.import_module(module)
ours = {name.split(".")[0] for name in sys.modules} & {"contracts", "chassis", "services", "gateway", "deploy"}
assert all((sys.modules[name].__file__ or tree).startswith(tree) for name in ours)
print("alone")
"""


def test_imports_keep_the_layers() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _absent_for(part: str) -> list[str]:
    """The importable names of every installed package that is not among the requirements of that part."""
    lines = (ROOT / "requirements" / f"{part}.txt").read_text().splitlines()
    required = {_canonical(found.group(1)) for line in lines if (found := re.match(r"([A-Za-z0-9][\w.-]*)==", line))}
    assert "marshmallow" in required
    allowed = required | {"coachworks"}  # ours is what the tree contains
    present = importlib.metadata.packages_distributions()
    return sorted(name for name, givers in present.items() if not {_canonical(giver) for giver in givers} & allowed)


def _import_alone(tree: Path, part: str, folders: list[str], modules: list[str]) -> subprocess.CompletedProcess[str]:
    for folder in folders:
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    given = json.dumps([str(tree), sysconfig.get_path("purelib"), _absent_for(part), modules])
    command = [sys.executable, "-S", "-I", "-c", _ALONE, given]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_starts_in_a_tree_without_the_others_and_opens_nothing(service: str, tmp_path: Path) -> None:
    folders = ["contracts", "chassis", f"services/{service}"]
    (tmp_path / "services").mkdir()
    shutil.copy(ROOT / "services" / "__init__.py", tmp_path / "services")
    modules = [f"services.{service}.service", "chassis.cli", "chassis.serve", "chassis.worker", "chassis.startup"]
    done = _import_alone(tmp_path, service, folders, modules)
    assert done.stdout == "alone\n", done.stderr


def test_the_gateway_starts_in_a_tree_without_services(tmp_path: Path) -> None:
    done = _import_alone(
        tmp_path, "gateway", ["contracts", "chassis", "gateway"], ["gateway.app", "chassis.rpc_client"]
    )
    assert done.stdout == "alone\n", done.stderr


def test_the_proof_notices_what_is_missing(tmp_path: Path) -> None:
    done = _import_alone(tmp_path, "billing", ["contracts"], ["contracts.events", "flask"])
    assert "flask is not among its requirements" in done.stderr
