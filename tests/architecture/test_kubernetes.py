"""deploy/kubernetes runs exactly the services that there are, each with what it needs and no more."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from chassis import topology
from deploy.kubernetes.__main__ import ANY_PORT, BASE, HTTPS, PUBLIC, text_of
from deploy.local.system import commands
from gateway.settings import Settings as GatewaySettings
from tests.architecture.house import SERVICES, service_of
from tests.architecture.test_compose import environment_of

EXAMPLE = BASE.parent / "example"
#: The oldest and the newest that the manifests are held against.
VERSIONS = ("1.30", kubernetes_validate.latest_version())
FILES = ("namespace.yaml", "network.yaml", "gateway.yaml", *(f"{service}.yaml" for service in SERVICES))
PROCESSES = [name for name in commands() if name != "mailcatcher"]
LISTENING = {"HTTP_HOST", "HTTP_PORT"}
Object = dict[str, Any]


def read(path: Path) -> list[Object]:
    return list(yaml.safe_load_all(path.read_text()))


@cache
def objects() -> dict[tuple[str, str], Object]:
    """All objects of `base`, by kind and name."""
    found = [item for name in FILES for item in read(BASE / name)]
    named = {(item["kind"], item["metadata"]["name"]): item for item in found}
    assert len(named) == len(found)
    return named


def of_kind(kind: str) -> dict[str, Object]:
    return {name: item for (its_kind, name), item in objects().items() if its_kind == kind}


def pod_of(item: Object) -> Object:
    pod: Object = item["spec"]["template"]
    return pod


def container_of(item: Object) -> Object:
    (container,) = pod_of(item)["spec"]["containers"]
    assert isinstance(container, dict)
    return container


def labels_of(process: str) -> dict[str, str]:
    labels: dict[str, str] = pod_of(of_kind("Deployment")[process])["metadata"]["labels"]
    return labels


def said(*files: Path) -> dict[str, str]:
    """The settings of those env files, later ones over earlier ones."""
    lines = [line for file in files for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_keeps_the_schema_of_kubernetes(version: str) -> None:
    of_keda = {kind for kind, _ in objects() if kind in ("ScaledObject", "TriggerAuthentication")}
    assert len(of_keda) == 2
    for (kind, _), item in objects().items():
        if kind not in of_keda:
            kubernetes_validate.validate(item, version, strict=True)
    for item in read(EXAMPLE / "ingress.yaml"):
        kubernetes_validate.validate(item, version, strict=True)


def test_the_schema_finds_a_slip_out() -> None:
    slip = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"port": []}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(slip, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("service", SERVICES)
def test_the_manifests_of_a_service_are_those_of_the_template(service: str) -> None:
    assert (BASE / f"{service}.yaml").read_text() == text_of(service), "run python -m deploy.kubernetes"


def test_the_kustomizations_name_every_file_and_every_image() -> None:
    (base,), (example,) = read(BASE / "kustomization.yaml"), read(EXAMPLE / "kustomization.yaml")
    assert sorted(base["resources"]) == sorted(FILES)
    assert {path.name for path in BASE.iterdir()} == {*FILES, "kustomization.yaml", "settings.env"}
    images = {container_of(item)["image"] for item in (*of_kind("Deployment").values(), *of_kind("Job").values())}
    assert images == {f"coachworks/{part}" for part in (*SERVICES, "gateway")}
    assert {image["name"] for image in example["images"]} == images
    patches = [item for patch in example["patches"] for item in read(EXAMPLE / patch["path"])]
    assert {(item["kind"], item["metadata"]["name"]) for item in patches} == {("Ingress", "gateway")}


def test_every_process_is_a_deployment_every_migration_a_job_and_there_is_nothing_else() -> None:
    assert of_kind("Deployment").keys() == set(PROCESSES)
    for name, command in commands().items():
        if command.startswith("coachworks "):
            assert container_of(of_kind("Deployment")[name])["args"] == command.split()[1:]
    assert of_kind("Job").keys() == {f"{service}-migrate" for service in SERVICES}
    for service in SERVICES:
        assert container_of(of_kind("Job")[f"{service}-migrate"])["args"] == ["migrate", service]
    assert of_kind("Service").keys() == {*SERVICES, "gateway"}


def test_no_secret_lies_in_git() -> None:
    assert not of_kind("Secret")
    known = said(BASE / "settings.env", EXAMPLE / "settings.env")
    assert not [name for name in known if re.search("PASSWORD|SECRET|PRIVATE_KEY|AMQP|DATABASE|SMTP", name)]


def given(item: Object) -> dict[str, str]:
    """The environment of a container: settings as the example says them, secrets as docker-compose.yml does."""
    settings = said(BASE / "settings.env", EXAMPLE / "settings.env")
    owner = pod_of(item)["metadata"]["labels"]["app.kubernetes.io/name"]
    found = {}
    for variable in container_of(item)["env"]:
        source = variable.get("valueFrom", {})
        if reference := source.get("configMapKeyRef"):
            assert reference == {"name": "settings", "key": variable["name"]}
            found[variable["name"]] = settings[variable["name"]]
        elif reference := source.get("secretKeyRef"):
            assert (reference["name"], reference["key"]) == (owner, variable["name"]), "its own secret alone"
            found[variable["name"]] = environment_of(owner).get(variable["name"], "word")
        else:
            found[variable["name"]] = variable["value"]
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_process_of_a_service_has_all_its_settings_and_no_others(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployments = of_kind("Deployment")
    for item in (deployments[service], deployments[f"{service}-worker"], of_kind("Job")[f"{service}-migrate"]):
        environment = given(item)
        of_a_bucket = {name for name in environment if name.startswith("AWS_")}
        assert environment.keys() - of_a_bucket == environment_of(service).keys()
        assert bool(of_a_bucket) == (service == "documents")
        assert environment["HTTP_PORT"] == "8000"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert service_of(service).settings.read(service).http_host == "0.0.0.0"


def test_the_gateway_has_all_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = given(of_kind("Deployment")["gateway"])
    assert environment.keys() == environment_of("gateway").keys()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert GatewaySettings.read().documents_url == "http://documents:8000"
    assert of_kind("Service")["documents"]["spec"]["ports"] == [{"name": "http", "port": 8000, "targetPort": "http"}]


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_is_asked_how_it_is_and_may_be_moved_without_a_gap(process: str) -> None:
    deployment = of_kind("Deployment")[process]
    container = container_of(deployment)
    asked = {probe: container[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness", "readiness")}
    ready = "/healthz" if process == "gateway" else "/readyz"
    assert {probe: page["path"] for probe, page in asked.items()} == {
        "startup": "/healthz", "liveness": "/healthz", "readiness": ready,
    }  # fmt: skip
    assert {page["port"] for page in asked.values()} == {"http"}
    own = {"http": 8000} | ({"metrics": 8001} if process == "gateway" else {})
    assert {port["name"]: port["containerPort"] for port in container["ports"]} == own
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert deployment["spec"]["selector"] == of_kind("PodDisruptionBudget")[process]["spec"]["selector"]
    assert of_kind("PodDisruptionBudget")[process]["spec"]["maxUnavailable"] == 1


def test_every_container_is_bounded_and_may_do_nothing_that_it_need_not() -> None:
    for item in (*of_kind("Deployment").values(), *of_kind("Job").values()):
        pod, container = pod_of(item)["spec"], container_of(item)
        assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 10001)
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_scales_by_the_length_of_its_queues(service: str) -> None:
    scaled, deployment = of_kind("ScaledObject")[service], of_kind("Deployment")[service]
    assert scaled["apiVersion"] == "keda.sh/v1alpha1"
    assert scaled["spec"]["scaleTargetRef"] == {"name": service}
    assert "replicas" not in deployment["spec"], "each apply would set back what was scaled"
    assert 2 == scaled["spec"]["minReplicaCount"] < scaled["spec"]["maxReplicaCount"]
    queues = [topology.events_queue(service_of(service)).name, topology.calls_queue(service_of(service)).name]
    for trigger, queue in zip(scaled["spec"]["triggers"], queues, strict=True):
        assert (trigger["type"], trigger["authenticationRef"]) == ("rabbitmq", {"name": service})
        assert trigger["metadata"].keys() == {"protocol", "queueName", "mode", "value"}
        assert (trigger["metadata"]["queueName"], trigger["metadata"]["mode"]) == (queue, "QueueLength")
        assert int(trigger["metadata"]["value"]) > 0
    authentication = of_kind("TriggerAuthentication")[service]
    assert authentication["spec"] == {"secretTargetRef": [{"parameter": "host", "name": service, "key": "AMQP_URL"}]}


# Who may talk to whom


def chosen(selector: Object, labels: dict[str, str]) -> bool:
    """Whether a selector of pods takes one with those labels."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for term in selector.get("matchExpressions", []):
        assert term["operator"] == "In"
        if labels.get(term["key"]) not in term["values"]:
            return False
    return True


def peers(direction: str, labels: dict[str, str]) -> list[tuple[str, Any]]:
    """Everybody with whom the policies let a pod with those labels talk in that direction, with the ports."""
    found = []
    for policy in of_kind("NetworkPolicy").values():
        if chosen(policy["spec"]["podSelector"], labels):
            for rule in policy["spec"].get(direction, []):
                assert rule["ports"], "never all ports"
                assert rule["to" if direction == "egress" else "from"], "never everybody"
                found += [(_named(peer), rule["ports"]) for peer in rule["to" if direction == "egress" else "from"]]
    return found


def _named(peer: Object) -> str:
    if "ipBlock" in peer:
        assert peer["ipBlock"] in PUBLIC
        return "public"
    pod = peer.get("podSelector", {}).get("matchLabels", {})
    namespace = peer.get("namespaceSelector", {}).get("matchLabels", {})
    return " ".join([*namespace.values(), *pod.values()])


def test_nothing_is_allowed_but_by_a_policy() -> None:
    everything = of_kind("NetworkPolicy")["nothing-else"]["spec"]
    assert everything.keys() == {"podSelector", "policyTypes"}
    assert everything["policyTypes"] == ["Ingress", "Egress"]
    for item in (*of_kind("Deployment").values(), *of_kind("Job").values()):
        assert chosen(everything["podSelector"], pod_of(item)["metadata"]["labels"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reaches_the_broker_its_own_database_and_what_it_has_to_outside(service: str) -> None:
    outside = {
        "scheduling-worker": ANY_PORT,  # calendars
        "documents": HTTPS,  # the bucket
        "documents-worker": HTTPS,
        "notifications-worker": ANY_PORT,  # SMTP, webhooks
        "billing": HTTPS,  # Stripe
    }
    names = [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
    inside = {
        "kube-system kube-dns": names,
        "rabbitmq": [{"port": 5672, "protocol": "TCP"}],
        f"{service}-database": [{"port": 5432, "protocol": "TCP"}],
    }
    for process in (service, f"{service}-worker"):
        beyond = {"public": list(outside[process])} if process in outside else {}
        assert dict(peers("egress", labels_of(process))) == inside | beyond, process
    migration = pod_of(of_kind("Job")[f"{service}-migrate"])["metadata"]["labels"]
    assert dict(peers("egress", migration)) == inside


def test_the_gateway_reaches_the_broker_and_the_bytes_of_files() -> None:
    reached = dict(peers("egress", labels_of("gateway")))
    assert reached.keys() == {"kube-system kube-dns", "rabbitmq", "documents serve"}
    assert reached["documents serve"] == [{"port": 8000, "protocol": "TCP"}]


def test_who_looks_after_them_and_the_gateway_reach_services_and_the_world_only_the_gateway() -> None:
    for process in PROCESSES:
        by = dict(peers("ingress", labels_of(process)))
        seen = "metrics" if process == "gateway" else "http"
        assert all(
            ports == [{"port": seen if who == "monitoring" else "http", "protocol": "TCP"}] for who, ports in by.items()
        )
        more = {"gateway": {"ingress"}, "documents": {"gateway"}, "documents-worker": {"gateway"}}
        assert by.keys() == {"monitoring"} | more.get(process, set()), process
    assert of_kind("Ingress").keys() == {"gateway"}
    (rule,) = of_kind("Ingress")["gateway"]["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"] == {"service": {"name": "gateway", "port": {"name": "http"}}}


def test_the_gateway_scales_by_how_busy_it_is() -> None:
    scaled = of_kind("HorizontalPodAutoscaler")["gateway"]["spec"]
    assert scaled["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "gateway"}
    assert 2 == scaled["minReplicas"] < scaled["maxReplicas"]
    assert "replicas" not in of_kind("Deployment")["gateway"]["spec"]
