"""What a client may do with the sessions of its own engagement: book, move and cancel within the coach's rules."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from contracts.errors import Conflict
from services.scheduling.availability.free import SENTENCES, availability_of, why_not_free
from services.scheduling.availability.models import Availability
from services.scheduling.copies.models import Coach, Engagement, Organisation
from services.scheduling.sessions.models import Session
from services.scheduling.sessions.numbering import counters_of


class NotOpen(Conflict):
    """The coach has not opened booking: only staff plan and change sessions."""


class NotFree(Conflict):
    """The coach has no free slot then."""


class NoneLeft(Conflict):
    """The engagement is over, or all its sessions are planned or used up."""


class TooLate(Conflict):
    """The session is too near, or has begun."""


def offered_by(work: Work, coach: Coach) -> Availability:
    """When the coach offers time; raises `NotOpen` where there are no hours at all."""
    found = availability_of(work, coach)
    if not found.is_open:
        raise NotOpen(f"{coach.name} plans the sessions: please ask for another time.")
    return found


def late_changes_count(work: Work) -> bool:
    """Whether a late change is accepted and uses up a session; if not, it is refused."""
    organisation = work.session.scalars(select(Organisation)).first()
    return organisation is not None and organisation.late_changes_count


def must_run(engagement: Engagement) -> None:
    """Raises `NoneLeft` for an engagement that is completed."""
    if engagement.status == "completed":
        raise NoneLeft("This engagement is completed: no more sessions can be booked.")


def must_be_left(work: Work, engagement: Engagement) -> None:
    """Raises `NoneLeft` unless one more session of the engagement may be used."""
    must_run(engagement)
    if counters_of(work, engagement).left == 0:
        raise NoneLeft(f"All {engagement.sessions_total} sessions of this engagement are planned or used up.")


def must_be_a_slot(
    work: Work, offered: Availability, starts_at: dt.datetime, minutes: int, *, besides: UUID | None = None
) -> None:
    """Raises `NotFree`, with the reason, unless a free slot of that many minutes starts then (C15)."""
    reason = why_not_free(work, offered, starts_at, minutes, besides)
    if reason is not None:
        raise NotFree(SENTENCES[reason], rule="C15" if reason == "taken" else None)


def count_if_late(work: Work, session: Session, offered: Availability, wish: str, *, uses_one_more: bool) -> None:
    """Lets a change in time pass; counts a late one, or raises `TooLate` where the organisation refuses these.

    `uses_one_more`: the session stays planned, so that a late change needs another one that is left, else `NoneLeft`.
    """
    if session.starts_at <= work.now:
        raise TooLate(f"This session has begun; it can no longer be {wish}.")
    if not is_late(work, session, offered):
        return
    if not late_changes_count(work):
        raise TooLate(f"A session can be {wish} until {_words(offered.change_notice_minutes)} before it begins.")
    if uses_one_more:
        must_be_left(work, work.session.get_one(Engagement, session.engagement_id))
    session.late_changes += 1


def is_late(work: Work, session: Session, offered: Availability) -> bool:
    """Whether a change now is within the coach's notice."""
    return work.now > session.starts_at - offered.change_notice


def changes_of(work: Work, engagement: Engagement, session: Session, offered: Availability) -> dict[str, bool]:
    """What its client may do with the session now: what `count_if_late` and `must_run` let pass."""
    late = is_late(work, session, offered)
    open_ = offered.is_open and session.state == "scheduled" and session.starts_at > work.now
    may_cancel = open_ and (not late or late_changes_count(work))
    runs_on = engagement.status != "completed" and (not late or counters_of(work, engagement).left > 0)
    return {"is_late": late, "may_cancel": may_cancel, "may_move": may_cancel and runs_on}


def _words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in ((hours, "hour"), (rest, "minute"))]
    return " and ".join(part for part in parts if not part.startswith("0 ")) or "the moment"
