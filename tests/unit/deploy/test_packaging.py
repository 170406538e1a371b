"""docker-compose.yml, the Dockerfile, the Procfile and the broker's users fit the services that there are."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from deploy.keys import fresh
from deploy.local.configuration import SERVICES
from deploy.local.system import commands

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
CONTAINERS: dict[str, Any] = COMPOSE["services"]
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]


def test_every_service_is_known_here() -> None:
    folders = {folder.parent.name for folder in (ROOT / "services").glob("*/service.py")}
    assert folders == set(SERVICES)


def test_compose_file_keeps_the_compose_schema() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(COMPOSE, json.loads(schema.read_text()))


def test_every_service_has_its_migration_and_both_processes_and_nothing_is_left_over() -> None:
    expected = {f"{service}{part}" for service in SERVICES for part in ("", "-worker", "-migrate")}
    assert set(CONTAINERS) == expected | {"rabbitmq", "postgres", "gateway", "mailcatcher", "prometheus", "grafana"}
    for service in SERVICES:
        assert CONTAINERS[f"{service}-migrate"]["command"] == ["migrate", service]
        assert CONTAINERS[service]["command"] == ["serve", service]
        assert CONTAINERS[f"{service}-worker"]["command"] == ["worker", service]
        for process in (service, f"{service}-worker"):
            waits_for = CONTAINERS[process]["depends_on"]
            assert waits_for == {f"{service}-migrate": {"condition": "service_completed_successfully"}}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_its_own_image_database_and_user_alone(service: str) -> None:
    for name in (service, f"{service}-worker", f"{service}-migrate"):
        container = CONTAINERS[name]
        assert container["build"]["args"] == {"SERVICE": service}
        settings = container["environment"]
        assert [each for each in settings if each.endswith("_DATABASE_URL")] == [f"{service.upper()}_DATABASE_URL"]
        assert f"{service}:{service}@postgres/{service}" in settings[f"{service.upper()}_DATABASE_URL"]
        assert settings["AMQP_URL"] == f"amqp://{service}:{service}@rabbitmq/"
        assert ("ASSERTION_PRIVATE_KEY" in settings) == (service == "engagements")
    assert f" {service}" in (ROOT / "deploy/postgres/init.sh").read_text()


def test_the_secrets_that_compose_asks_for_are_the_ones_that_make_keys_prints() -> None:
    assert set(re.findall(r"\$\{(\w+):\?", TEXT)) == set(fresh())


def test_every_deployable_has_its_pinned_and_hashed_requirements() -> None:
    for group in (*SERVICES, "gateway", "mailcatcher", "dev", "node"):
        assert group in GROUPS
        lock = (ROOT / "requirements" / f"{group}.txt").read_text()
        pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins)
        assert "://" not in lock


def test_requirements_of_a_deployable_are_those_that_were_tested() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        return {line.split(" ")[0] for line in lines if line and not line.startswith((" ", "#"))}

    tested = pins("dev")
    for group in (*SERVICES, "gateway", "mailcatcher"):
        assert pins(group) <= tested


def test_the_procfile_runs_what_compose_runs() -> None:
    expected = {f"{service}{part}" for service in SERVICES for part in ("", "-worker")}
    assert set(commands()) == expected | {"gateway", "mailcatcher"}
    for service in SERVICES:
        assert commands()[service] == f"coachworks serve {service}"
        assert commands()[f"{service}-worker"] == f"coachworks worker {service}"


def test_what_images_copy_exists_and_is_sent_to_the_builder() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text().splitlines()
    sent = {line[1:] for line in (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = [
        source for line in lines if line.startswith("COPY ") and "--from" not in line for source in line.split()[1:-1]
    ]
    for source in copied:
        for service in SERVICES:
            path = ROOT / source.replace("${SERVICE}", service)
            assert path.exists(), source
            assert any(path.is_relative_to(ROOT / each) for each in sent), source
