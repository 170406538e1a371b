"""The check: every accepted command has all its effects exactly once, counted where no key forbids a second one."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from tests.system.havoc import Havoc, envelopes, uid_of
from tests.system.ledger import Callers

#: How many mails a worker hands over at the same time: so many may be out without it knowing when it is killed.
MAILS_AT_ONCE = 4


class NotExactlyOnce(AssertionError):
    """Effects were lost or doubled; the message counts them."""


def check(havoc: Havoc, run: str, callers: Callers) -> None:
    """Compares the callers' ledger with what is there after the dust has settled; raises `NotExactlyOnce`.

    A mail may have been handed over once more, with the same Message-ID, for each time that the worker was killed.
    """
    once = Counter(session["id"] for session in callers.accepted.values())
    one_per_recipient = Counter(
        (session["id"], address)
        for title, session in callers.accepted.items()
        for address in (callers.asked[title].engagement.client, callers.asked[title].engagement.coach)
    )
    asked = Counter(callers.asked.keys())
    titles = [row.title for row in havoc.rows("scheduling", "SELECT title FROM session")]
    logged = envelopes(havoc, "scheduling.session.scheduled.v1")
    links = [row.link for row in havoc.rows("engagements", "SELECT link FROM activity WHERE verb = 'scheduled'")]
    told = [event["data"] for event in envelopes(havoc, "notifications.notification.sent.v1")]
    copies = _copies(havoc, once)
    differences = {
        "sessions": _difference([title for title in titles if title.startswith(f"{run} ")], asked),
        "public events": _difference([e["subject"] for e in logged if e["data"]["title"].startswith(f"{run} ")], once),
        "activity entries": _difference([id_ for link in links if (id_ := link.split("/")[-1]) in once], once),
        "mails": _difference([key for key, ids in copies.items() for _ in set(ids)], one_per_recipient),
        "mails told of": _difference(
            [(data["about"]["id"], data["recipient"]) for data in told if data["about"]["id"] in once],
            one_per_recipient,
        ),
    }
    wrong = {what: difference for what, difference in differences.items() if difference}
    if wrong:
        raise NotExactlyOnce(wrong)
    _check_copies(havoc, [len(ids) - 1 for ids in copies.values()])


def _difference(found: list[Any], expected: Counter[Any]) -> str:
    """What was lost and what was doubled, in numbers; empty if nothing."""
    counted = Counter(found)
    lost, doubled = expected - counted, counted - expected
    return f"{lost.total()} of {expected.total()} lost, {doubled.total()} too many" if lost or doubled else ""


def _copies(havoc: Havoc, sessions: Counter[str]) -> dict[tuple[str, str], list[str]]:
    """The Message-IDs of all invites that the mail server took, by session and recipient."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for mail in havoc.mails("session_scheduled"):
        session_id = uid_of(mail).removesuffix("@coachworks")
        if session_id in sessions:
            found[session_id, mail["To"].addresses[0].addr_spec].append(mail["Message-ID"])
    return found


def _check_copies(havoc: Havoc, extra: list[int]) -> None:
    kills = havoc.deaths["notifications-worker"]
    if max(extra, default=0) > kills or sum(extra) > kills * MAILS_AT_ONCE:
        raise NotExactlyOnce(f"{sum(extra)} second copies of mails after {kills} kills")
