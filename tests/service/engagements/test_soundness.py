"""What holds for the service as a whole."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from chassis.migrate import check
from contracts.calls import Call
from contracts.calls import engagements as calls
from services.engagements.service import service
from tests.service.engagements.house import House
from tests.support.harness import Harness

CHANGES: dict[Call, Callable[[House], dict[str, Any]]] = {
    calls.add_client: lambda house: {"name": "A", "email": "a@example.org", "coach_id": str(house.coach.id)},
    calls.update_client: lambda house: {"id": str(house.client.id), "name": "B", "coach_id": None},
    calls.add_coach: lambda house: {"name": "C", "email": "c@example.org", "role": "coach", "time_zone": "UTC"},
    calls.update_coach: lambda house: {"id": str(house.coach.id), "team": "Leadership", "role": "admin"},
    calls.update_me: lambda house: {"name": "Me"},
    calls.update_engagement: lambda house: {"id": house.engagement, "sessions_total": 3},
    calls.assign_engagement: lambda house: {"id": house.engagement, "coach_id": str(house.admin.id)},
    calls.complete_engagement: lambda house: {"id": house.engagement, "reason": "Over."},
    calls.create_program: lambda house: {"name": "P", "sessions_total": 1},
    calls.create_engagement: lambda house: {"client_id": str(house.client.id), "program_name": "P"},
    calls.update_organisation: lambda house: {"name": "Northlight"},
    calls.create_api_token: lambda house: {"name": "CRM", "role": "coach"},
    calls.invite_client: lambda house: {"id": house.engagement},
}


def test_models_and_migrations_agree(engagements: Harness) -> None:
    check(service, engagements.database)


@pytest.mark.parametrize("call", CHANGES, ids=lambda call: call.name)
def test_an_operation_leaves_its_input_as_it_is_so_that_it_can_be_tried_again(house: House, call: Call) -> None:
    loaded = call.input().load(CHANGES[call](house))
    before = copy.deepcopy(loaded)
    with house.harness.runtime.work() as work:
        service.answers[call](work, house.admin, loaded)
    assert loaded == before
