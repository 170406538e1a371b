"""The gate: who may be mailed what (rules C1–C6, S1.2–S1.9). Pure: facts in, a verdict with its rule out.

Every mail passes here when it is queued and again just before it is sent; dialogs ask here beforehand. What the rules
leave open for people known only by address is decided in docs/decisions/0051-people-known-only-by-address.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

from contracts.notification import MUST_GET, Origin

Standing = Literal["internal_record", "invited", "active", "disabled", "staff", "deactivated", "outsider"]

#: The closed list (S1.2), each kind with its rule.
SIX_KINDS = {
    "session_scheduled": "S1.4",
    "session_rescheduled": "S1.5",
    "form_request": "S1.6",
    "feedback_request": "S1.7",
    "invoice": "S1.8",
    "invitation": "S1.9",
}
#: What somebody known only by address may get, each kind with the rule by which staff added the address.
OUTSIDER_KINDS = {
    "session_scheduled": "S1.17",
    "session_rescheduled": "S1.17",
    "session_cancelled": "S1.17",
    "form_request": "S1.23",
    "feedback_request": "S1.26",
    "invoice": "S1.8",
}
NAMES = {
    "session_scheduled": "A new session",
    "session_rescheduled": "A moved session",
    "form_request": "A form",
    "feedback_request": "A request for feedback",
    "invoice": "An invoice",
    "invitation": "An invitation",
    "session_cancelled": "A cancellation",
    "session_reminder": "A reminder",
    "note_shared": "A shared note",
    "goal_created": "A new goal",
    "assignment_shared": "A shared assignment",
    "resource_shared": "A shared resource",
    "comment_added": "A comment",
    "item_task": "A task",
    "item_file": "A file",
    "item_link": "A link",
    "coach_changed": "A change of coach",
    "payment_received": "A receipt",
    "password_reset": "A password link",
    "staff_invitation": "An invitation to the team",
}


@dataclass(frozen=True)
class Verdict:
    """Yes or no, the number of the rule that says so, and a sentence for a person.

    `told` is the rule and the sentence for whoever may not learn whose address it is (C22); None: the same.
    """

    allowed: bool
    rule: str
    reason: str
    told: tuple[str, str] | None = None


@dataclass(frozen=True)
class Facts:
    """All that the gate looks at.

    `engagement` says that the mail belongs to an engagement that is not deleted; `cancellations_to_internal_records`
    is the organisation's setting (C4); `about_state` is the state of the session or the invoice that the mail is about,
    `gone` where the note, goal, assignment or resource that it is about is not to be seen any more, empty where it is
    not known; `link_expires_at` is set where the mail is worth nothing without its link; `switched_off` says that the
    recipient does without mails of this kind; `suppressed` says why its address gets no mail (`unsubscribed`,
    `bounced`), `server_said` what the mail server answered then; `stranger` says that it is the client of another
    engagement, who is written to as anybody of that address (C22).
    """

    standing: Standing
    kind: str
    origin: Origin
    engagement: bool
    cancellations_to_internal_records: bool = False
    about_state: str = ""
    link_expires_at: dt.datetime | None = None
    switched_off: bool = False
    suppressed: str = ""
    server_said: str = ""
    stranger: bool = False


def may_notify(facts: Facts, now: dt.datetime) -> Verdict:
    """Whether this mail may go to this recipient now (rule C2)."""
    verdict = _may_receive(facts)
    return (verdict.allowed and (_overtaken(facts, now) or _suppressed(facts))) or verdict


#: Why a mail was refused, for whoever may not learn whose address it is (C22).
NEUTRAL = "This mail does not go to this address."


def for_the_unnamed(facts: Facts, now: dt.datetime) -> Verdict:
    """What whoever may not learn whose address it is hears of it (C22): no more than of one that nobody knows."""
    verdict, unknown = may_notify(facts, now), may_notify(replace(facts, standing="outsider", switched_off=False), now)
    if verdict.allowed == unknown.allowed:
        return unknown
    return Verdict(verdict.allowed, "C2", "This mail goes to this address." if verdict.allowed else NEUTRAL)


def _may_receive(facts: Facts) -> Verdict:
    if facts.switched_off and facts.standing in ("staff", "active"):
        return Verdict(False, "C2", f"{NAMES[facts.kind]} is a kind of mail that its recipient has switched off.")
    if facts.standing == "staff":
        return Verdict(True, "C2", "Members of staff get every mail that is meant for them.")
    if facts.standing == "deactivated":
        return Verdict(False, "C2", "A member of staff who has been deactivated gets no mail.")
    if facts.standing == "active":
        return Verdict(True, "C1", "The client has an active portal and gets every mail that is meant for it.")
    if facts.standing == "outsider":
        return _outsider_may_receive(facts)
    return _record_may_receive(facts)


def _record_may_receive(facts: Facts) -> Verdict:
    """For clients without an active portal: Internal Records, and those who count as one (C1)."""
    if facts.kind == "session_cancelled":
        if facts.cancellations_to_internal_records:
            return Verdict(True, "C4", "The organisation lets cancellations go to Internal Records.")
        return Verdict(
            False,
            "C4",
            "A cancellation is not among the six kinds of mail that an Internal Record may receive. "
            "An invite once mailed stays in the calendar, so tell the client yourself.",
        )
    name = NAMES[facts.kind]
    if facts.kind not in SIX_KINDS:
        if facts.standing == "internal_record":
            return Verdict(
                False, "S1.2", f"{name} is not among the six kinds of mail that an Internal Record may receive."
            )
        why = (
            "Whoever has not created a password" if facts.standing == "invited" else "A client whose portal is disabled"
        )
        return Verdict(
            False,
            "C1",
            f"{why} counts as an Internal Record, and {_lower(name)} is not among the six kinds of mail for one.",
        )
    if not facts.engagement:
        return Verdict(False, "S1.3", f"{name} goes to an Internal Record only from an engagement.")
    if facts.origin != "staff":
        return Verdict(
            False, "C3", f"{name} goes to an Internal Record only when a coach or an admin sends or schedules it."
        )
    return Verdict(
        True, SIX_KINDS[facts.kind], f"{name} is one of the six kinds of mail that an Internal Record may receive."
    )


def _outsider_may_receive(facts: Facts) -> Verdict:
    name = NAMES[facts.kind]
    if facts.kind not in OUTSIDER_KINDS:
        return Verdict(False, "C3", f"{name} does not go to people who are known only by their address.")
    if not facts.engagement:
        return Verdict(False, "S1.3", f"{name} goes to people known only by their address only from an engagement.")
    if facts.origin != "staff":
        return Verdict(
            False,
            "C3",
            f"{name} goes to people known only by their address only when a coach or an admin sends or schedules it.",
        )
    return Verdict(True, OUTSIDER_KINDS[facts.kind], f"{name} goes to whoever was added to it by address.")


def _suppressed(facts: Facts) -> Verdict | None:
    """Why this address gets no such mail; a bounced one gets none at all. None if nothing is known against it."""
    if facts.suppressed == "bounced":
        said = f": {facts.server_said.rstrip('.')}." if facts.server_said else "."
        return Verdict(
            False, "C2", f"An earlier mail to this address was refused for good{said} An admin can lift that."
        )
    is_by_address = facts.standing == "outsider" or facts.stranger
    if facts.suppressed == "unsubscribed" and is_by_address and facts.kind not in MUST_GET:
        return Verdict(
            False, "C2", f"{NAMES[facts.kind]} does not go to this address: whoever reads it has unsubscribed."
        )
    return None


def _overtaken(facts: Facts, now: dt.datetime) -> Verdict | None:
    """What happened since the mail was asked for and makes it wrong to send (C6); None if nothing did."""
    if facts.kind in ("session_scheduled", "session_rescheduled") and facts.about_state == "cancelled":
        return Verdict(False, "C6", "The session was cancelled before this mail went out.")
    if facts.kind == "session_reminder" and facts.about_state in ("cancelled", "completed", "no_show", "moved", "over"):
        return Verdict(False, "C6", f"The session was {_ENDED[facts.about_state]} before this reminder went out.")
    if facts.kind == "invoice" and facts.about_state in ("paid", "void"):
        what = "paid" if facts.about_state == "paid" else "voided"
        return Verdict(False, "C6", f"The invoice was {what} before this mail went out.")
    if facts.about_state == "gone":
        return Verdict(False, "C6", "What this mail is about was taken back or deleted before it went out.")
    if facts.kind in ("form_request", "feedback_request") and not facts.engagement:
        return Verdict(False, "C6", "The engagement was deleted before this mail went out.")
    if facts.kind == "invitation":
        if facts.standing == "active":
            return Verdict(False, "C6", "The client has created an account already.")
        if facts.standing == "disabled":
            return Verdict(False, "C6", "The client's portal access is switched off.")
    if facts.link_expires_at is not None and facts.link_expires_at <= now:
        return Verdict(False, "C19", "The link in this mail had expired before it could go out.")
    return None


_ENDED = {
    "cancelled": "cancelled", "completed": "held", "no_show": "missed", "moved": "moved", "over": "begun",
}  # fmt: skip


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
