"""The wording of each kind: the default or the organisation's own, checked when it is saved, so that it never fails."""

from __future__ import annotations

from typing import Any

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid
from contracts.notification import KINDS
from services.notifications.outbound import desk, letter
from services.notifications.outbound.samples import scene_of
from services.notifications.outbound.wording import DEFAULTS, Wording
from services.notifications.wordings.models import OwnWording
from services.notifications.wordings.placeholders import faults, paths

Input = dict[str, Any]


def list_templates(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """All kinds in the house's order."""
    return {"items": [_shown(work, kind) for kind in KINDS]}


def show(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """One kind."""
    return _shown(work, input["kind"])


def write(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Mails of that kind are worded so from now on; `Invalid` names what could not be filled in."""
    check(input["kind"], input["subject"], input["body"])
    work.session.merge(OwnWording(kind=input["kind"], subject=input["subject"], body=input["body"]))
    work.session.flush()
    return _shown(work, input["kind"])


def reset(work: Work, actor: Actor, input: Input) -> None:
    """Back to the default."""
    if own := work.session.get(OwnWording, input["kind"]):
        work.session.delete(own)


def preview(work: Work, actor: Actor, input: Input) -> letter.Letter:
    """What a mail of that kind looks like in that wording; sends nothing. `Invalid` as for `write`."""
    kind = input["kind"]
    now = desk.wording_of(work, kind)
    wording = Wording(input.get("subject", now.subject), input.get("body", now.body))
    check(kind, wording.subject, wording.body)
    own = desk.organisation(work)
    return letter.compose(scene_of(kind, wording, own.name, own.colour, own.time_zone, work.settings.public_url))


def check(kind: str, subject: str, body: str) -> None:
    """`Invalid` names what could not be filled in for every mail of that kind."""
    known = frozenset(placeholders_of(kind))
    wrong = {name: found for name, text in (("subject", subject), ("body", body)) if (found := faults(text, known))}
    if wrong:
        raise Invalid("The wording cannot be filled in.", errors=wrong)


def placeholders_of(kind: str) -> list[str]:
    """All that may stand in a wording of that kind."""
    scene = scene_of(kind, DEFAULTS[kind], "", "#000000", "UTC", "")
    return sorted(set(paths(letter.values_of(scene))))


def _shown(work: Work, kind: str) -> dict[str, Any]:
    wording = desk.wording_of(work, kind)
    return {
        "kind": kind,
        "subject": wording.subject,
        "body": wording.body,
        "is_default": wording == DEFAULTS[kind],
        "placeholders": placeholders_of(kind),
    }
