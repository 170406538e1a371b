"""Rule C1 for every sequence of what may be done to a client."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contracts.calls import engagements as calls
from contracts.errors import Conflict
from services.engagements.people.models import Person
from tests.service.engagements.house import House

#: internal_record → invited → active ⇄ disabled, and nothing else.
ALLOWED = {
    ("internal_record", "invite"): "invited",
    ("invited", "invite"): "invited",
    ("invited", "activate"): "active",
    ("active", "disable"): "disabled",
    ("disabled", "enable"): "active",
}


class PortalStates(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.client = Person.client(name="Leila Haddad", email="leila@example.org", time_zone="UTC")
        self.expected = "internal_record"
        self.has_password = False

    def attempt(self, name: str, *arguments: str) -> None:
        target = ALLOWED.get((self.expected, name))
        before = (self.client.portal, self.client.password_hash)
        if target is None:
            with pytest.raises(Conflict) as caught:
                getattr(self.client, name)(*arguments)
            assert caught.value.rule == "C1"
            assert (self.client.portal, self.client.password_hash) == before
            return
        getattr(self.client, name)(*arguments)
        self.expected = target
        self.has_password = self.has_password or name == "activate"

    @rule()
    def invite(self) -> None:
        self.attempt("invite")

    @rule()
    def activate(self) -> None:
        self.attempt("activate", "a hash")

    @rule()
    def disable(self) -> None:
        self.attempt("disable")

    @rule()
    def enable(self) -> None:
        self.attempt("enable")

    @invariant()
    def the_state_is_the_expected_one(self) -> None:
        assert self.client.portal == self.expected

    @invariant()
    def exactly_the_active_sign_in_and_they_have_a_password(self) -> None:
        assert self.client.may_sign_in == (self.expected == "active")
        assert (self.client.password_hash is not None) == self.has_password


PortalStates.TestCase.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
test_c1_portal_states = PortalStates.TestCase


def test_c1_an_invited_client_may_be_invited_again_an_active_or_disabled_one_not(house: House) -> None:
    house.invite()
    house.activate()
    with pytest.raises(Conflict) as active:
        house.invite()
    house.call(calls.disable_client, {"id": str(house.client.id)})
    with pytest.raises(Conflict) as disabled:
        house.invite()
    assert (active.value.rule, disabled.value.rule) == ("C1", "C1")


def test_c1_only_an_active_portal_is_switched_off_and_only_a_disabled_one_on(house: House) -> None:
    given = {"id": str(house.client.id)}
    for call in (calls.disable_client, calls.enable_client):
        with pytest.raises(Conflict):
            house.call(call, given)
    house.invite()
    for call in (calls.disable_client, calls.enable_client):
        with pytest.raises(Conflict):
            house.call(call, given)
    house.activate()
    with pytest.raises(Conflict):
        house.call(calls.enable_client, given)
    house.call(calls.disable_client, given)
    with pytest.raises(Conflict):
        house.call(calls.disable_client, given)
    assert house.call(calls.enable_client, given)["portal"] == "active"
    kinds = [
        event.type.split(".")[2] for event in house.harness.events() if event.type.startswith("engagements.client")
    ]
    assert kinds == ["added", "invited", "invited", "activated", "disabled", "enabled"]
