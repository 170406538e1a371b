"""What two do at the same time: one of them wins, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

from contracts.calls import engagements as calls
from contracts.errors import CoachworksError
from tests.service.engagements.house import PASSWORD, House, address


def at_once(*actions: Callable[[], Any]) -> Counter[str]:
    """Starts all at the same moment; how often each outcome came: `done` or the error's code."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            action()
        except CoachworksError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(actions)) as pool:
        return Counter(pool.map(run, actions))


def test_of_two_who_take_one_address_at_once_one_gets_it(house: House) -> None:
    def take(number: int) -> Callable[[], Any]:
        given = {"name": f"Client {number}", "email": "Same@example.org" if number % 2 else "same@example.org"}
        return lambda: house.call(calls.add_client, given)

    assert at_once(*(take(number) for number in range(6))) == {"done": 1, "conflict": 5}
    assert len(house.harness.events("engagements.client.added.v1")) == 2


def test_two_clients_changed_to_one_address_at_once(house: House) -> None:
    clients = [house.client_called(f"Client {number}") for number in range(4)]

    def take(client: Any) -> Callable[[], Any]:
        return lambda: house.call(calls.update_client, {"id": str(client.id), "email": "same@example.org"})

    assert at_once(*(take(client) for client in clients)) == {"done": 1, "conflict": 3}


def test_c19_an_invitation_that_is_used_twice_at_once_works_once(house: House) -> None:
    token = house.invite()
    given = {"token": token, "password": PASSWORD}
    outcomes = at_once(*[lambda: house.public(calls.accept_invitation, given)] * 4)
    assert outcomes == {"done": 1, "not_found": 3}
    assert len(house.harness.events("engagements.client.activated.v1")) == 1


def test_c8_of_the_last_sessions_completed_at_once_one_completes_the_engagement(house: House) -> None:
    engagement = house.enrol(house.client, sessions_total=4)["id"]
    sessions = [house.session(engagement=engagement, number=number) for number in range(1, 5)]

    def complete(number: int, session: UUID) -> Callable[[], Any]:
        return lambda: house.session(
            "completed", session=session, sequence=2, engagement=engagement, number=number, event_id=uuid4()
        )

    actions = [complete(number, session) for number, session in enumerate(sessions, start=1)]
    assert at_once(*actions) == {"done": 4}
    assert house.get(engagement)["status"] == "completed"
    assert house.get(engagement)["progress"]["completed"] == 4
    assert len(house.harness.events("engagements.engagement.completed.v1")) == 1


def test_nobody_is_left_with_a_coach_who_leaves_at_the_same_time(house: House) -> None:
    other = house.coach_called("Tomas Herrera")
    assign = {"id": house.engagement, "coach_id": str(other.id)}
    outcomes = at_once(
        lambda: house.call(calls.assign_engagement, assign, by=house.admin),
        lambda: house.call(calls.deactivate_coach, {"id": str(other.id)}, by=house.admin),
    )
    assert outcomes == {"done": 1, "conflict": 1}


def test_two_admins_who_deactivate_each_other_at_once_leave_one(house: House) -> None:
    other = house.coach_called("Amara Admin", role="admin")
    house.public(calls.accept_invitation, {"token": house.token_of_last("staff_invitation"), "password": PASSWORD})
    outcomes = at_once(
        lambda: house.call(calls.deactivate_coach, {"id": str(other.id)}, by=house.admin),
        lambda: house.call(calls.deactivate_coach, {"id": str(house.admin.id)}, by=other),
    )
    assert outcomes == {"done": 1, "conflict": 1}


def test_two_imports_of_the_same_file_at_once_leave_each_client_once(house: House) -> None:
    rows = "".join(f"Client {n},client{n}@example.org\n" for n in range(20))
    given = {"content": f"name,email\n{rows}{'Leila'},{address('Leila Haddad')}\n"}
    outcomes = at_once(*[lambda: house.call(calls.import_clients, given)] * 2)
    assert set(outcomes) <= {"done", "conflict"}
    assert outcomes["done"] >= 1
    assert len(house.call(calls.list_clients, {"limit": 200})["items"]) == 21
