"""Each service by itself: what its image holds is all that it needs to be migrated, checked and run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.local.configuration import SERVICES, Configuration
from deploy.local.rabbitmq import RabbitNode
from tests.support.images import entrypoint, lay_out, run_alone

_PROGRAM = """
import runpy

sys.argv[0] = "coachworks"
runpy.run_module("chassis.cli", run_name="__main__")
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_migrated_and_well_in_a_tree_that_holds_what_its_image_does(
    service: str, tmp_path: Path, rabbit_node: RabbitNode
) -> None:
    assert entrypoint("service") == ["python", "-m", "chassis.cli"]
    tree = tmp_path / "app"
    lay_out("service", tree, SERVICE=service)
    configuration = Configuration(tmp_path / "var", {"AMQP_URL": rabbit_node.url})
    environment = configuration.environment(service) | {"PATH": os.defpath}

    unready = run_alone(tree, _PROGRAM, "check", service, env=environment)
    assert unready.returncode == 1
    assert "migration\tthe database is at None" in unready.stdout, unready.stderr
    migrated = run_alone(tree, _PROGRAM, "migrate", service, env=environment)
    assert migrated.returncode == 0, migrated.stderr
    checked = run_alone(tree, _PROGRAM, "check", service, env=environment)
    said = [line.split("\t") for line in checked.stdout.splitlines()]
    assert (checked.returncode, {found for _, found in said}) == (0, {"ok"}), checked.stdout + checked.stderr
    assert {"database", "migration", "broker", "outbox"} <= {name for name, _ in said}


def test_an_image_knows_no_service_but_its_own(tmp_path: Path) -> None:
    lay_out("service", tmp_path, SERVICE="billing")
    done = run_alone(tmp_path, _PROGRAM, "check", "scheduling", env={"PATH": os.defpath})
    assert done.returncode != 0
    assert "scheduling" in done.stderr
    assert "Traceback" not in done.stderr
