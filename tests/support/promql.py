"""Which metrics the alerts and the dashboards ask for, and which there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.metrics_core import Metric

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
#: What takes its labels in brackets, and what stands between two expressions.
_LABELS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_BESIDE = re.compile(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"")
_NAME = re.compile(r"(?<![\w.:])[a-zA-Z_:][\w:]*(?![\w:]*\s*\()")
_WORDS = frozenset({"and", "or", "unless", "bool", "offset"})
#: What Prometheus adds by itself.
_ITS_OWN = frozenset({"up"})


def alerts() -> list[dict[str, Any]]:
    """The rules of deploy/prometheus/alerts.yml."""
    (group,) = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def dashboards() -> dict[str, dict[str, Any]]:
    """The dashboards of deploy/grafana, by the names of their files."""
    return {file.stem: json.loads(file.read_text()) for file in sorted((DEPLOY / "grafana" / "dashboards").iterdir())}


def expressions() -> Iterator[str]:
    """Every expression in PromQL that an alert, a panel or a variable asks."""
    for rule in alerts():
        yield rule["expr"]
    for board in dashboards().values():
        for panel in board["panels"]:
            yield from (target["expr"] for target in panel.get("targets", []))
        for variable in board["templating"]["list"]:
            yield re.sub(r"label_values\((\w+),.*", r"\1", variable["query"])


def asked_for(expression: str) -> set[str]:
    """The names of metrics in an expression."""
    bare = _BESIDE.sub(" ", _LABELS.sub(" ", expression))
    return set(_NAME.findall(bare)) - _WORDS - _ITS_OWN


def exported(families: Iterable[Metric]) -> set[str]:
    """The names by which the samples of those families can be asked for, those without a sample yet too."""
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
    return {family.name + ending for family in families for ending in endings.get(family.type, ("",))}
