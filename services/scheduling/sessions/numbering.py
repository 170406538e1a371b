"""The number of a session and the counters of an engagement, computed when they are read (S2.99, C7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from chassis.work import Work
from services.scheduling.copies.models import Engagement, Organisation
from services.scheduling.sessions.models import Session


def numbers_of(work: Work, engagement_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The place of each session that is not cancelled among its engagement's, by start, from 1."""
    place = func.row_number().over(partition_by=Session.engagement_id, order_by=(Session.starts_at, Session.id))
    counted = select(Session.id, place).where(
        Session.engagement_id.in_(set(engagement_ids)), Session.state != "cancelled"
    )
    return dict(work.session.execute(counted).all())


def number_of(work: Work, session: Session) -> int | None:
    """The session's number; None for a cancelled one."""
    return numbers_of(work, [session.engagement_id]).get(session.id)


@dataclass(frozen=True)
class Counters:
    planned: int
    completed: int
    total: int
    late_changes: int

    @property
    def left(self) -> int:
        """How many can still be booked."""
        return max(0, self.total - self.planned - self.late_changes)


def counters_of(work: Work, engagement: Engagement) -> Counters:
    """Sessions planned so far (cancelled ones apart), those that count as done, and how many the program provides."""
    states = select(Session.state, func.count(), func.sum(Session.late_changes))
    rows = work.session.execute(states.where(Session.engagement_id == engagement.id).group_by(Session.state)).all()
    counts = {state: count for state, count, _ in rows}
    organisation = work.session.scalars(select(Organisation)).first()
    missed_counts = organisation is not None and organisation.no_show_counts
    return Counters(
        planned=sum(counts.values()) - counts.get("cancelled", 0),
        completed=counts.get("completed", 0) + (counts.get("no_show", 0) if missed_counts else 0),
        total=engagement.sessions_total,
        late_changes=sum(late for _, _, late in rows),
    )
