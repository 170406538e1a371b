"""docker-compose.yml and the Procfile run exactly the services that there are, each with what it needs and no more."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.local.system import FIRST_TO_PUBLISH
from gateway.settings import Settings as GatewaySettings
from tests.architecture.house import ROOT, SERVICES, service_of

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PROCESSES = {service: f"serve {service}" for service in SERVICES} | {f"{s}-worker": f"worker {s}" for s in SERVICES}
_VARIABLE = re.compile(r"\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}")


def environment_of(name: str) -> dict[str, str]:
    """The environment of a container: defaults as they stand, what `.env` must bring as some word."""
    given = COMPOSE[name]["environment"]
    return {key: _VARIABLE.sub(_default_of, str(value)) for key, value in given.items()}


def _default_of(found: re.Match[str]) -> str:
    default: str | None = found.group(1)
    return "word" if default is None else default


def environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for key, value in environment_of(name).items():
        monkeypatch.setenv(key, value)


def test_each_service_is_served_worked_and_migrated_and_there_is_nothing_else() -> None:
    migrations = {f"{service}-migrate": f"migrate {service}" for service in SERVICES}
    around = {"rabbitmq", "postgres", "gateway", "mailcatcher", "prometheus", "grafana"}
    assert set(COMPOSE) == PROCESSES.keys() | migrations.keys() | around
    for name, command in (PROCESSES | migrations).items():
        assert COMPOSE[name]["command"] == command.split(), name


def test_the_procfile_runs_the_same_processes() -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert lines.keys() == PROCESSES.keys() | {"gateway", "mailcatcher"}
    for name, command in PROCESSES.items():
        assert lines[name] == f"coachworks {command}"


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_an_image_of_its_own(service: str) -> None:
    for name in (service, f"{service}-worker", f"{service}-migrate"):
        build: dict[str, Any] = COMPOSE[name]["build"]
        assert build["args"] == {"SERVICE": service}, name
        assert (ROOT / build["dockerfile"]).is_file()
        assert COMPOSE[name]["image"] == f"coachworks/{service}"


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_all_its_settings_and_a_database_and_user_of_its_own(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(monkeypatch, service)
    settings = service_of(service).settings.read(service)
    database, broker = urlsplit(settings.database_url), urlsplit(settings.amqp_url)
    assert (database.username, database.path) == (service, f"/{service}")
    assert broker.username == service
    foreign = [key for key in environment_of(service) if key.endswith("_DATABASE_URL") and service.upper() not in key]
    assert foreign == []


def test_the_gateway_has_all_its_settings_and_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, "gateway")
    settings = GatewaySettings.read()
    assert urlsplit(settings.documents_url).hostname == "documents"
    assert not any(key.endswith("_DATABASE_URL") for key in environment_of("gateway"))


def test_no_process_starts_before_its_migration_is_done() -> None:
    for name, command in PROCESSES.items():
        migration = f"{command.split()[1]}-migrate"
        assert COMPOSE[name]["depends_on"] == {migration: {"condition": "service_completed_successfully"}}


def test_the_first_event_finds_the_queues_of_all_services() -> None:
    """Migrating engagements sets up the organisation; what it publishes is lost to a service that has no queue yet."""
    (setting_up,) = [service for service in SERVICES if service_of(service).prepares]
    done = {"condition": "service_completed_successfully", "required": False}  # it may run by itself, later
    others = {f"{service}-migrate": done for service in SERVICES if service != setting_up}
    assert COMPOSE[f"{setting_up}-migrate"]["depends_on"] == others
    assert setting_up == FIRST_TO_PUBLISH


@pytest.mark.parametrize("service", SERVICES)
def test_a_profile_runs_one_service_beside_the_broker_and_the_databases(service: str) -> None:
    assert of_profile(service) == {service, f"{service}-worker", f"{service}-migrate", "rabbitmq", "postgres"}
    for name in of_profile(service):
        needed = {other for other, how in COMPOSE[name].get("depends_on", {}).items() if how.get("required", True)}
        assert needed <= of_profile(service), name


def test_all_runs_the_whole_and_dev_adds_the_mail_catcher() -> None:
    assert of_profile("all") == COMPOSE.keys() - {"mailcatcher", "prometheus", "grafana"}
    assert of_profile("dev") == {"mailcatcher", "rabbitmq", "postgres"}
    assert of_profile("gateway") == {"gateway", "rabbitmq", "postgres"}
    made = subprocess.run([sys.executable, "-m", "deploy.keys"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "COMPOSE_PROFILES=all,dev" in made.stdout.splitlines()


def of_profile(profile: str) -> set[str]:
    """What runs with that profile alone."""
    return {name for name, container in COMPOSE.items() if profile in container.get("profiles", [profile])}


def test_serve_and_worker_of_documents_see_the_same_bytes() -> None:
    folder = urlsplit(environment_of("documents")["STORAGE_URL"]).path
    volumes = [COMPOSE[name]["volumes"] for name in ("documents", "documents-worker")]
    assert volumes == [[f"files:{folder}"]] * 2


def test_only_what_people_look_at_can_be_reached_from_outside() -> None:
    reached = {name for name, container in COMPOSE.items() if "ports" in container}
    assert reached == {"gateway", "mailcatcher", "grafana"}
    (metrics,) = [environment_of("gateway")["HTTP_PORT"]]
    assert not any(metrics in port for port in COMPOSE["gateway"]["ports"])


def test_prometheus_and_grafana_run_only_where_they_are_asked_for_and_read_every_process() -> None:
    assert [COMPOSE[name]["profiles"] for name in ("prometheus", "grafana")] == [["observe"]] * 2
    (job,) = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    read = {(name, str(group["port"])) for group in job["dns_sd_configs"] for name in group["names"]}
    assert read == {(name, environment_of(name)["HTTP_PORT"]) for name in (*PROCESSES, "gateway")}
