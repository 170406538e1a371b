"""What may stand in a wording. Pure: text in, what is wrong with it out.

A wording that passes here can be filled in for every mail of its kind: it holds placeholders that have a value there,
and conditions on them, and nothing that could fail (no calls, no filters, no arithmetic, no loops).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from services.notifications.outbound.wording import ENVIRONMENT

_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Not, nodes.And, nodes.Or)


def paths(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """The placeholders that these values fill, like `client.first_name`."""
    for name, value in values.items():
        inside = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
        if isinstance(inside, Mapping):
            yield from paths(inside, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def faults(template: str, known: frozenset[str]) -> list[str]:
    """One sentence for each thing in the template that cannot be filled in; empty if it is fine."""
    try:
        tree = ENVIRONMENT.parse(template)
        found = list(dict.fromkeys(_faults_of(tree, known)))
        ENVIRONMENT.from_string(template)  # what is nested too deeply is parsed, and only fails when it is compiled
    except TemplateSyntaxError as error:
        return [f"Line {error.lineno} cannot be read: {error.message}"]
    except (SyntaxError, RecursionError):
        return ["Too many conditions stand in one another."]
    return found


def _faults_of(node: nodes.Node, known: frozenset[str]) -> Iterator[str]:
    if isinstance(node, nodes.Name | nodes.Getattr):
        path = _path(node)
        if path is None:
            yield "Only placeholders like {{client.first_name}} can stand here."
        elif path not in known:
            yield f"There is no placeholder {{{{{path}}}}} in this kind of mail."
    elif isinstance(node, _ALLOWED):
        for child in node.iter_child_nodes():
            yield from _faults_of(child, known)
    else:
        what = type(node).__name__.lower()
        yield f"A {what} cannot stand in a wording: only placeholders and conditions on them can."


def _path(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and (before := _path(node.node)):
        return f"{before}.{node.attr}"
    return None
