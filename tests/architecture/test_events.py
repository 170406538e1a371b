"""Events are declared once, wired, exemplified, and frozen once they are released."""

from __future__ import annotations

import ast
import inspect
import re
from typing import Any

import pytest
from marshmallow import RAISE, fields

from contracts import docs, json_schema, privacy
from contracts.events import EXAMPLES, PRIVATE, EventData, example_of, registry
from contracts.topics import topic_matches
from tests.architecture.house import ROOT, SERVICES, contract_names, meant_by, references, service_of, sources, tree_of

EVENTS = {name: event for name, event in registry().items() if event.__module__.startswith("contracts.")}
_SHAPE = re.compile(r"[a-z]+\.[a-z_]+\.[a-z_]+\.v[1-9][0-9]*")


def is_event(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, EventData) and "type" in thing.__dict__


def published_by(service: str) -> set[type[EventData]]:
    """The events that a service refers to: it has no other use for their classes than to publish them."""
    return {thing for path in sources(f"services/{service}") for thing in references(path) if is_event(thing)}


def _is_publish(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "publish"


@pytest.mark.parametrize("name", EVENTS)
def test_a_declared_event_has_a_docstring_and_a_type_of_the_right_shape(name: str) -> None:
    event = EVENTS[name]
    assert "__doc__" in event.__dict__, "its own, not its parent's"
    assert (inspect.getdoc(event) or "").strip()
    if event.exchange != PRIVATE:
        assert _SHAPE.fullmatch(name)
        assert event.__module__.rpartition(".")[0] == "contracts.events"


@pytest.mark.parametrize("name", EVENTS)
def test_the_example_is_valid_and_shows_every_field(name: str) -> None:
    schema = EVENTS[name]()
    example = example_of(name)
    newer = schema.fields.keys() - example.keys()
    dumped = schema.dump(schema.load(example, unknown=RAISE))
    assert {field: value for field, value in dumped.items() if field not in newer} == example
    assert not newer or name in docs.released(), "only a frozen example leaves out fields that came later"
    assert not any(schema.fields[field].required for field in newer)


def test_no_example_is_left_over() -> None:
    assert {path.name.removesuffix(".json") for path in EXAMPLES.iterdir()} == set(EVENTS)


@pytest.mark.parametrize("service", SERVICES)
def test_every_declared_event_is_published_and_by_its_own_service_alone(service: str) -> None:
    declared = {event for event in EVENTS.values() if event.type.split(".")[0] == service and event.exchange != PRIVATE}
    published = {event for event in published_by(service) if event.exchange != PRIVATE}
    assert {event.type for event in declared - published} == set(), "declared and never published"
    assert {event.type for event in published - declared} == set(), "published and not declared here"


@pytest.mark.parametrize("path", sources("services"), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_published_by_name_is_declared(path: Any) -> None:
    names = contract_names(path)
    for node in ast.walk(tree_of(path)):
        if _is_publish(node) and isinstance(node, ast.Call):
            event = node.args[0]
            is_variable = isinstance(event, ast.Name) and event.id.islower()
            assert is_variable or is_event(meant_by(event, names)), ast.unparse(node)


@pytest.mark.parametrize("service", SERVICES)
def test_every_pattern_listened_to_matches_a_declared_event(service: str) -> None:
    for on in service_of(service).listens:
        assert any(topic_matches(on.pattern, name) for name in EVENTS), on.pattern


@pytest.mark.parametrize("service", SERVICES)
def test_handlers_of_a_service_have_names_of_their_own(service: str) -> None:
    names = [on.name for on in service_of(service).listens]
    assert len(names) == len(set(names)), "the inbox knows a handler by its name"


def test_released_examples_are_frozen() -> None:
    frozen = docs.released()
    assert frozen, "freeze them with python -m contracts.docs --release"
    assert frozen == {name: docs.digest_of(name) for name in frozen if name in EVENTS}


@pytest.mark.parametrize("event", docs.public_events(), ids=lambda event: event.type)
def test_every_field_of_an_event_has_a_privacy_class_and_the_event_that_of_its_most_delicate(event: Any) -> None:
    declared = event()
    assert event.privacy in privacy.CLASSES
    found = {name: privacy.of_field(field, event.privacy) for name, field in declared.fields.items()}
    assert set(found.values()) <= set(privacy.CLASSES)
    assert privacy.of_event(declared) == privacy.most_delicate([event.privacy, *found.values()])
    told = json_schema.of_event(event)["properties"]
    assert all("x-privacy" in field for field in told.values())
    assert {name: field["x-privacy"] for name, field in told["data"]["properties"].items()} == found


def test_a_text_that_says_no_privacy_class_is_refused() -> None:
    with pytest.raises(LookupError, match="reason holds text"):
        privacy.of_event(EventData.from_dict({"reason": fields.String()})())  # type: ignore[arg-type]


@pytest.mark.parametrize("service", SERVICES)
def test_the_documents_name_all_that_a_service_listens_to(service: str) -> None:
    everything = [on.pattern for on in service_of(service).listens if on.exchange != PRIVATE and on.pattern != "#"]
    written = [pattern for pattern in docs.patterns_of(service) if not pattern.startswith("notification.")]
    assert written == everything


def test_what_is_generated_from_the_events_is_current() -> None:
    stale = [path for path, text in docs.files().items() if not path.exists() or path.read_text() != text]
    assert stale == [], "run python -m contracts.docs"
    assert docs.left_over() == []
