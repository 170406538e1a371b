"""Each service by itself: what its image holds is all that it needs to be migrated, checked and run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.configuration import SERVICES, Configuration
from deploy.local.rabbitmq import RabbitNode
from tests.support.images import entrypoint, lay_out, run_alone

VHOST = "images"

_PROGRAM = """
import runpy

sys.argv[0] = "coachworks"
runpy.run_module("chassis.cli", run_name="__main__")
"""


@pytest.fixture(scope="module")
def broker_url(rabbit_node: RabbitNode) -> Iterator[str]:
    """A broker whose queues are nobody else's."""
    rabbit_node.ctl("add_vhost", VHOST)
    rabbit_node.ctl("set_permissions", "--vhost", VHOST, "guest", ".*", ".*", ".*")
    yield f"{rabbit_node.url.rstrip('/')}/{VHOST}"
    rabbit_node.ctl("delete_vhost", VHOST)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_migrated_and_well_in_a_tree_that_holds_what_its_image_does(
    service: str, tmp_path: Path, broker_url: str
) -> None:
    assert entrypoint("service") == ["python", "-m", "chassis.cli"]
    tree = tmp_path / "app"
    lay_out("service", tree, SERVICE=service)
    configuration = Configuration(tmp_path / "var", {"AMQP_URL": broker_url})
    environment = configuration.environment(service) | {"PATH": os.defpath}

    unready = run_alone(tree, _PROGRAM, "check", service, env=environment)
    assert (unready.returncode, "migration\tok" in unready.stdout) == (1, False), unready.stderr
    assert "broker\tok" in unready.stdout
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
