"""What the architecture tests read of the house: its files, and what they refer to."""

from __future__ import annotations

import ast
import importlib
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from chassis.service import Service
from contracts import calls
from contracts.calls import Call
from contracts.events import SERVICES

ROOT = Path(__file__).resolve().parents[2]


def service_of(name: str) -> Service:
    found: Service = importlib.import_module(f"services.{name}.service").service
    return found


def calls_of(name: str) -> dict[str, Call]:
    """The calls to that service which the modules of contracts/calls declare, by the name they have there."""
    modules = [importlib.import_module(f"contracts.calls.{found.name}") for found in iter_modules(calls.__path__)]
    declared = {key: value for module in modules for key, value in vars(module).items() if isinstance(value, Call)}
    return {key: call for key, call in declared.items() if call.service == name}


def sources(*folders: str) -> list[Path]:
    """All Python files of ours in those folders of the house."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [ROOT / line for line in listed.splitlines() if line.endswith(".py") and (ROOT / line).exists()]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def contract_names(path: Path) -> dict[str, Any]:
    """What the names that a file imports from the contracts stand for."""
    names: dict[str, Any] = {}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "contracts":
            for alias in node.names:
                names[alias.asname or alias.name] = _imported(node.module or "", alias.name)
    return names


def meant_by(node: ast.AST, names: dict[str, Any]) -> Any:
    """What `Name` or `module.Name` stands for, None for anything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = names.get(node.value.id)
        return getattr(module, node.attr, None) if isinstance(module, ModuleType) else None
    return None


def references(path: Path) -> Iterator[Any]:
    """Every object of the contracts that a file refers to beyond importing it."""
    names = contract_names(path)
    for node in ast.walk(tree_of(path)):
        if (found := meant_by(node, names)) is not None:
            yield found


def _imported(module: str, name: str) -> Any:
    holder = importlib.import_module(module)
    if not hasattr(holder, name):
        return importlib.import_module(f"{module}.{name}")
    return getattr(holder, name)


__all__ = [
    "ROOT",
    "SERVICES",
    "calls_of",
    "contract_names",
    "meant_by",
    "references",
    "service_of",
    "sources",
    "tree_of",
]
