"""The tables, and the contract's examples."""

from __future__ import annotations

import pytest

from chassis.migrate import check
from contracts.events import example_of, registry, schema_of
from tests.support.harness import Harness

TYPES = [name for name in registry() if name.startswith("scheduling.")]


def test_the_migrations_lead_to_the_models(scheduling: Harness) -> None:
    check(scheduling.service, scheduling.database)


@pytest.mark.parametrize("type_", TYPES)
def test_every_event_has_an_example_that_fits_it(type_: str) -> None:
    schema = schema_of(type_)
    assert schema.dump(schema.load(example_of(type_))) == example_of(type_)
