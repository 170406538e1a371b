"""Who may import whom (DESIGN §1), and that each part really lives without the others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, SERVICES
from tests.support.images import lay_out, run_alone

#: Imports its arguments, and nothing may be opened meanwhile.
_IMPORT = """
import importlib


def refuse(event, arguments):
    if event in ("socket.connect", "socket.bind", "sqlite3.connect", "subprocess.Popen"):
        raise RuntimeError(f"{event} while importing: {arguments}")


sys.addaudithook(refuse)
for module in sys.argv[1:]:
    importlib.import_module(module)
ours = {name.split(".")[0] for name in sys.modules} & {"contracts", "chassis", "services", "gateway", "deploy"}
assert all((sys.modules[name].__file__ or tree).startswith(tree) for name in ours)
print("alone")
"""


def test_imports_keep_the_layers() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_starts_in_its_image_without_the_others_and_opens_nothing(service: str, tmp_path: Path) -> None:
    lay_out("service", tmp_path, SERVICE=service)
    assert {path.name for path in tmp_path.iterdir()} == {"contracts", "chassis", "services", "requirements.txt"}
    assert {path.name for path in (tmp_path / "services").iterdir()} == {"__init__.py", service}
    modules = [f"services.{service}.service", "chassis.cli", "chassis.serve", "chassis.worker", "chassis.startup"]
    done = run_alone(tmp_path, _IMPORT, *modules)
    assert done.stdout == "alone\n", done.stderr


def test_the_gateway_starts_in_its_image_without_services(tmp_path: Path) -> None:
    lay_out("gateway", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"contracts", "chassis", "gateway", "requirements.txt"}
    done = run_alone(tmp_path, _IMPORT, "gateway.app", "chassis.rpc_client")
    assert done.stdout == "alone\n", done.stderr


def test_the_mail_catcher_starts_in_its_image(tmp_path: Path) -> None:
    lay_out("mailcatcher", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"deploy", "requirements.txt"}
    done = run_alone(tmp_path, _IMPORT, "deploy.mailcatcher.pages", "deploy.mailcatcher.smtp")
    assert done.stdout == "alone\n", done.stderr


def test_the_proof_notices_what_is_missing(tmp_path: Path) -> None:
    lay_out("service", tmp_path, SERVICE="billing")
    done = run_alone(tmp_path, _IMPORT, "contracts.events", "flask")
    assert "flask is not among its requirements" in done.stderr
