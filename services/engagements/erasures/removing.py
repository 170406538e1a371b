"""Takes out all that was written about a client: in its own engagements by row, elsewhere by its address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, delete, func, select, text, update

from chassis.work import Work
from services.engagements.activity.models import Activity
from services.engagements.assignments.models import Assignment, AssignmentFile
from services.engagements.comments.models import Comment
from services.engagements.copies.models import FileCopy, SessionCopy
from services.engagements.feedback.models import FeedbackRequest, FeedbackRound, Stakeholder
from services.engagements.goals.models import Goal, Milestone
from services.engagements.invitations.models import AccountLink
from services.engagements.items.models import Item
from services.engagements.notes.models import Note, NoteWords
from services.engagements.people.models import ERASED_NAME, email_key


def remove_content(work: Work, engagement_ids: Sequence[UUID]) -> None:
    """All that was written, planned, asked and logged in those engagements; done again it finds what came meanwhile."""
    notes = select(Note.id).where(Note.engagement_id.in_(engagement_ids))
    goals = select(Goal.id).where(Goal.engagement_id.in_(engagement_ids))
    rounds = select(FeedbackRound.id).where(FeedbackRound.goal_id.in_(goals))
    assignments = select(Assignment.id).where(Assignment.engagement_id.in_(engagement_ids))
    # Whatever points to another row goes before it.
    for statement in (
        delete(NoteWords).where(NoteWords.note_id.in_(notes)),
        delete(AssignmentFile).where(AssignmentFile.assignment_id.in_(assignments)),
        delete(Item).where(Item.engagement_id.in_(engagement_ids)),
        delete(FeedbackRequest).where(FeedbackRequest.round_id.in_(rounds)),
        delete(FeedbackRound).where(FeedbackRound.goal_id.in_(goals)),
        delete(Stakeholder).where(Stakeholder.goal_id.in_(goals)),
        delete(Milestone).where(Milestone.goal_id.in_(goals)),
        *(
            delete(model).where(model.engagement_id.in_(engagement_ids))
            for model in (Activity, Comment, Assignment, Goal, Note, AccountLink, SessionCopy, FileCopy)
        ),
    ):
        work.session.execute(statement, execution_options={"synchronize_session": False})
    if work.session.get_bind().dialect.name == "sqlite":
        # FTS5 keeps the words of deleted rows until it merges its segments.
        work.session.execute(text("INSERT INTO note_words_fts(note_words_fts) VALUES ('optimize')"))


def forget_elsewhere(work: Work, address: str, name: str, instead: str) -> None:
    """Where somebody else's engagement names the address it names `instead`; what was answered there stays.

    In logs the name goes too, unless it is a single word, which might be anybody's.
    """
    key = email_key(address)
    asked = update(Stakeholder).where(Stakeholder.email_key == key)
    work.session.execute(asked.values(email=instead, email_key=email_key(instead), name=""))
    in_json = json.dumps(key)
    recipients = func.lower(cast(Item.given, String))
    for item in work.session.scalars(select(Item).where(recipients.contains(in_json, autoescape=True))):
        item.given = [_unnamed(one, key, instead) for one in item.given]
    _forget_in_logs(work, key, instead)
    if " " in name.strip():
        _forget_in_logs(work, name.strip().lower(), ERASED_NAME)


def _forget_in_logs(work: Work, words: str, instead: str) -> None:
    for column in (Activity.text, Activity.target, Activity.detail):
        for entry in work.session.scalars(select(Activity).where(func.lower(column).contains(words, autoescape=True))):
            setattr(entry, column.key, _replaced(getattr(entry, column.key), words, instead))
        work.session.flush()


def _unnamed(one: dict[str, Any], key: str, instead: str) -> dict[str, Any]:
    return one | {"email": instead, "name": ""} if email_key(one["email"]) == key else one


def _replaced(sentence: str, words: str, instead: str) -> str:
    """With `instead` for the words, in whatever case they stand there."""
    at = sentence.lower().find(words)
    return sentence if at < 0 else sentence[:at] + instead + _replaced(sentence[at + len(words) :], words, instead)
