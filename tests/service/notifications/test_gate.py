"""The gate, rule by rule and over the whole cross product of its facts."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any, get_args

import pytest

from contracts.notification import KINDS
from services.notifications.outbound.gate import Facts, Standing, Verdict, may_notify

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
RECORDS = ("internal_record", "invited", "disabled")
SIX = {
    "session_scheduled": "S1.4", "session_rescheduled": "S1.5", "form_request": "S1.6", "feedback_request": "S1.7",
    "invoice": "S1.8", "invitation": "S1.9",
}  # fmt: skip
EVERYTHING = list(itertools.product(STANDINGS, KINDS, ("staff", "automatic"), (True, False), (True, False)))


def ask(
    standing: Any, kind: str, origin: Any = "staff", engagement: bool = True, setting: bool = False, **more: Any
) -> Verdict:
    facts = Facts(standing, kind, origin, engagement, cancellations_to_internal_records=setting, **more)
    return may_notify(facts, NOW)


def test_c2_every_answer_names_a_rule_and_gives_a_sentence() -> None:
    for facts in EVERYTHING:
        verdict = ask(*facts)
        assert verdict.rule[0] in "CS"
        assert verdict.reason.endswith(".")
        assert len(verdict.reason.split()) >= 5


@pytest.mark.parametrize(("kind", "rule"), SIX.items())
def test_s1_4_to_s1_9_pass_for_an_internal_record_when_staff_send_them_from_an_engagement(kind: str, rule: str) -> None:
    assert ask("internal_record", kind).allowed
    assert ask("internal_record", kind).rule == rule


def test_s1_2_internal_record_gets_only_six_kinds() -> None:
    passed = {kind for kind in KINDS if ask("internal_record", kind).allowed}
    assert passed == set(SIX)
    assert {ask("internal_record", kind).rule for kind in set(KINDS) - passed} == {"S1.2", "C4"}


def test_s1_3_without_an_engagement_an_internal_record_gets_nothing() -> None:
    for standing, kind, origin in itertools.product(RECORDS, KINDS, ("staff", "automatic")):
        assert not ask(standing, kind, origin, engagement=False).allowed
    assert ask("internal_record", "invoice", engagement=False).rule == "S1.3"


def test_c1_invited_and_disabled_clients_count_as_internal_records() -> None:
    for standing, kind in itertools.product(("invited", "disabled"), KINDS):
        may = ask(standing, kind).allowed
        expected = kind in SIX and not (standing == "disabled" and kind == "invitation")
        assert may == expected, (standing, kind)
    assert ask("invited", "resource_shared").rule == "C1"
    assert ask("disabled", "comment_added").rule == "C1"


def test_c3_nothing_automatic_reaches_an_internal_record() -> None:
    for standing, kind in itertools.product(RECORDS, KINDS):
        assert not ask(standing, kind, "automatic").allowed
    assert ask("internal_record", "session_scheduled", "automatic").rule == "C3"


def test_c4_cancellations_reach_internal_records_only_where_the_organisation_allows_it() -> None:
    for standing in RECORDS:
        assert ask(standing, "session_cancelled") == ask(standing, "session_cancelled", setting=False)
        assert ask(standing, "session_cancelled").rule == "C4"
        assert not ask(standing, "session_cancelled").allowed
        assert ask(standing, "session_cancelled", setting=True).allowed


def test_c4_the_setting_changes_nothing_else() -> None:
    for standing, kind, origin, engagement, _ in EVERYTHING:
        if kind != "session_cancelled":
            assert ask(standing, kind, origin, engagement, True) == ask(standing, kind, origin, engagement, False)


def test_c1_active_clients_get_every_kind_that_is_meant_for_them() -> None:
    for kind, origin, engagement in itertools.product(KINDS, ("staff", "automatic"), (True, False)):
        over = kind == "invitation" or (kind in ("form_request", "feedback_request") and not engagement)
        assert ask("active", kind, origin, engagement).allowed != over


def test_password_reset_passes_for_an_active_client_and_for_staff_though_nobody_on_staff_sent_it() -> None:
    assert ask("active", "password_reset", "automatic", engagement=False).allowed
    assert ask("staff", "password_reset", "automatic", engagement=False).allowed
    assert not ask("internal_record", "password_reset", "automatic", engagement=False).allowed


def test_c10_staff_get_coach_changed_and_staff_invitation() -> None:
    assert ask("staff", "coach_changed").allowed
    assert ask("staff", "staff_invitation", engagement=False).allowed


def test_deactivated_staff_get_nothing() -> None:
    assert not any(ask("deactivated", *facts).allowed for _, *facts in EVERYTHING)


def test_s1_17_s1_23_s1_26_people_known_only_by_address_get_what_they_were_added_to() -> None:
    passed = {kind: ask("outsider", kind).rule for kind in KINDS if ask("outsider", kind).allowed}
    assert passed == {
        "session_scheduled": "S1.17", "session_rescheduled": "S1.17", "session_cancelled": "S1.17",
        "form_request": "S1.23", "feedback_request": "S1.26", "invoice": "S1.8",
    }  # fmt: skip
    for kind in KINDS:
        assert not ask("outsider", kind, "automatic").allowed
        assert not ask("outsider", kind, engagement=False).allowed


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("session_scheduled", "cancelled"),
        ("session_rescheduled", "cancelled"),
        ("invoice", "paid"),
        ("invoice", "void"),
    ],
)
def test_c6_what_was_overtaken_goes_to_nobody(kind: str, state: str) -> None:
    for standing in STANDINGS:
        verdict = ask(standing, kind, about_state=state)
        assert not verdict.allowed
        assert verdict.rule == "C6" or not ask(standing, kind).allowed


def test_c6_a_state_never_turns_a_no_into_a_yes() -> None:
    for facts in EVERYTHING:
        plain = ask(*facts)
        for state in ("scheduled", "cancelled", "completed", "sent", "paid", "void"):
            verdict = ask(*facts, about_state=state)
            assert not verdict.allowed or plain.allowed
            assert verdict.rule in (plain.rule, "C6")


def test_c6_an_invitation_to_somebody_who_has_an_account_is_overtaken() -> None:
    assert ask("active", "invitation").rule == "C6"
    assert ask("disabled", "invitation").rule == "C6"
    assert ask("invited", "invitation").allowed


def test_c19_a_mail_whose_link_has_expired_is_not_sent() -> None:
    late = {"link_expires_at": NOW}
    in_time = {"link_expires_at": NOW + dt.timedelta(seconds=1)}
    assert ask("active", "password_reset", "automatic", **late).rule == "C19"
    assert ask("active", "password_reset", "automatic", **in_time).allowed
