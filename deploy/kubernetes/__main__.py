"""Writes the manifests of the five services into `base`, from `service.yaml` and what is said here of each."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Any

import yaml

from deploy.local.configuration import SERVICES

FOLDER = Path(__file__).parent
BASE = FOLDER / "base"
ABOVE = "# Written by `python -m deploy.kubernetes` from service.yaml: change it there.\n"

#: Settings of every service that are no secret; those of base/settings.env.
SHARED = ("ASSERTION_PUBLIC_KEY", "LOG_LEVEL", "PUBLIC_URL")
OWN = {
    "engagements": ("ADMIN_EMAIL",),
    "scheduling": ("ALLOW_PRIVATE_ADDRESSES",),
    "documents": ("AWS_DEFAULT_REGION", "STORAGE_URL"),
    "notifications": ("ALLOW_PRIVATE_ADDRESSES", "GATHER_SECONDS", "MAIL_FROM"),
    "billing": ("STRIPE_API_BASE",),
}
#: What the Secret of a service's name holds besides its AMQP_URL, database and SECRET_KEY.
SECRET = {"engagements": ("ASSERTION_PRIVATE_KEY",), "notifications": ("SMTP_URL",)}
#: What it may lack: card payment may not be set up, a bucket may be reached by the cluster's own means, and an
#: organisation that has an admin needs none.
OPTIONAL = {
    "engagements": ("ADMIN_PASSWORD",),
    "documents": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    "billing": ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
}
#: Which processes reach out into public networks, and where to: people name the ports of webhooks and calendars.
HTTPS = ({"port": 443, "protocol": "TCP"},)
ANY_PORT = ({"port": 1, "endPort": 65535, "protocol": "TCP"},)
OUTWARD = {
    "scheduling": (["worker"], ANY_PORT),  # CalDAV
    "documents": (["serve", "worker"], HTTPS),  # the bucket
    "notifications": (["worker"], ANY_PORT),  # SMTP, webhooks
    "billing": (["serve"], HTTPS),  # Stripe
}
PUBLIC = (
    {
        "cidr": "0.0.0.0/0",
        "except": ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    },
    {"cidr": "::/0", "except": ["::1/128", "fc00::/7", "fe80::/10"]},
)


class Plain(yaml.SafeDumper):
    """Writes out what is shared, so that each manifest is whole."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def manifests(service: str) -> list[dict[str, Any]]:
    """All objects of a service."""
    template = Template((FOLDER / "service.yaml").read_text()).substitute(service=service)
    objects: list[dict[str, Any]] = yaml.safe_load(template)["objects"]
    for item in objects:
        if item["kind"] in ("Deployment", "Job"):
            for container in item["spec"]["template"]["spec"]["containers"]:
                container["env"] = environment(service)
    if service == "documents":
        (policy,) = (item for item in objects if item["kind"] == "NetworkPolicy")
        policy["spec"]["ingress"].append(_from_the_gateway())
    return [*objects, *([_outward(service)] if service in OUTWARD else [])]


def environment(service: str) -> list[dict[str, Any]]:
    """The settings of a service's processes: where they listen, then by reference what is set and what is secret."""
    required = ("AMQP_URL", f"{service.upper()}_DATABASE_URL", "SECRET_KEY", *SECRET.get(service, ()))
    return [
        {"name": "HTTP_HOST", "value": "0.0.0.0"},  # noqa: S104 (a container's own network)
        {"name": "HTTP_PORT", "value": "8000"},
        *(_reference("configMap", "settings", name) for name in (*SHARED, *OWN[service])),
        *(_reference("secret", service, name) for name in required),
        *(_reference("secret", service, name, optional=True) for name in OPTIONAL.get(service, ())),
    ]


def _reference(kind: str, holder: str, name: str, **more: bool) -> dict[str, Any]:
    return {"name": name, "valueFrom": {f"{kind}KeyRef": {"name": holder, "key": name, **more}}}


def _from_the_gateway() -> dict[str, Any]:
    """The gateway hands the bytes of files in and out."""
    gateway = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway"}}}
    return {"from": [gateway], "ports": [{"port": "http", "protocol": "TCP"}]}


def _outward(service: str) -> dict[str, Any]:
    processes, ports = OUTWARD[service]
    chosen = {
        "matchLabels": {"app.kubernetes.io/name": service},
        "matchExpressions": [{"key": "app.kubernetes.io/component", "operator": "In", "values": processes}],
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": f"{service}-outward",
            "labels": {"app.kubernetes.io/part-of": "coachworks", "app.kubernetes.io/name": service},
        },
        "spec": {
            "podSelector": chosen,
            "policyTypes": ["Egress"],
            "egress": [{"to": [{"ipBlock": block} for block in PUBLIC], "ports": list(ports)}],
        },
    }


def text_of(service: str) -> str:
    """The file of a service in `base`."""
    style: dict[str, Any] = {"Dumper": Plain, "sort_keys": False, "default_flow_style": None, "width": 120}
    return ABOVE + yaml.dump_all(manifests(service), explicit_start=True, **style)


def main() -> None:
    for service in SERVICES:
        (BASE / f"{service}.yaml").write_text(text_of(service))


if __name__ == "__main__":
    main()
