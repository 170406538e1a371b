"""A session as a state machine: what may follow what, and what each step does to its invite and its coach's time."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.scheduling.sessions.models import Session, SessionOver

_BEGIN = dt.datetime(2026, 12, 1, 15, tzinfo=dt.UTC)
_ADDRESSES = st.lists(st.sampled_from(["a@x.org", "b@x.org", "C@x.org"]), unique=True)


class SessionStates(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.session = Session.scheduled(
            [],
            id=uuid4(),
            engagement_id=uuid4(),
            client_id=uuid4(),
            coach_id=uuid4(),
            title="Kick-off",
            starts_at=_BEGIN,
            ends_at=_BEGIN + dt.timedelta(hours=1),
            time_zone="Europe/Berlin",
            location_kind="phone",
        )
        self.uid = self.session.ics_uid
        self.state = "scheduled"
        self.sequence = 0
        self.holds = True

    def _may(self, *, raises_sequence: bool = True) -> bool:
        """Whether the next step must be done; a session that is over refuses it, and the model stays as it is."""
        if self.state != "scheduled":
            return False
        self.sequence += raises_sequence
        return True

    @rule(hours=st.integers(-100, 100))
    def move(self, hours: int) -> None:
        begin = _BEGIN + dt.timedelta(hours=hours)
        self._do(
            lambda: self.session.move(begin, begin + dt.timedelta(hours=1), uuid4(), None, _BEGIN),
            self._may(),
            holds=True,
        )

    @rule(detail=st.sampled_from([None, "+49 30 1234567"]))
    def relocate(self, detail: str | None) -> None:
        self._do(lambda: self.session.relocate("phone", detail), self._may())

    @rule()
    def retitle(self) -> None:
        self._do(lambda: self.session.retitle("Other"), self._may(raises_sequence=False))

    @rule(emails=_ADDRESSES)
    def set_guests(self, emails: list[str]) -> None:
        before = [guest.email for guest in self.session.guests]
        self._do(
            lambda: self.session.set_guests([(email, "") for email in emails]),
            self._may(raises_sequence=emails != before),
        )
        if self.state == "scheduled":
            assert [guest.email for guest in self.session.guests] == emails

    @rule()
    def hand_over(self) -> None:
        self._do(lambda: self.session.hand_over(uuid4()), self._may())

    @rule(free=st.booleans())
    def hold_time(self, free: bool) -> None:
        self._do(lambda: self.session.hold_time(free), self._may(raises_sequence=False), holds=free)

    @rule()
    def release_time(self) -> None:
        self._do(self.session.release_time, self._may(raises_sequence=False), holds=False)

    @rule(ending=st.sampled_from(["complete", "miss", "cancel"]))
    def end(self, ending: str) -> None:
        allowed = self._may(raises_sequence=ending == "cancel")
        act = {"complete": self.session.complete, "miss": self.session.miss}.get(
            ending, lambda: self.session.cancel("Ill")
        )
        self._do(act, allowed, holds=False if ending == "cancel" else None)
        if allowed:
            self.state = {"complete": "completed", "miss": "no_show", "cancel": "cancelled"}[ending]

    def _do(self, act: object, allowed: bool, *, holds: bool | None = None) -> None:
        if not allowed:
            with pytest.raises(SessionOver):
                act()  # type: ignore[operator]
            return
        act()  # type: ignore[operator]
        if holds is not None:
            self.holds = holds

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        session = self.session
        assert (session.state, session.ics_sequence, session.ics_uid) == (self.state, self.sequence, self.uid)
        assert session.holds_time == self.holds
        assert not (session.conflict and session.holds_time)
        assert not (session.conflict and session.state != "scheduled")


test_c13_a_session_is_the_state_machine_that_its_model_says = SessionStates.TestCase
