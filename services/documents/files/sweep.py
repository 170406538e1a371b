"""Takes away the bytes that nothing needs any more."""

from __future__ import annotations

import datetime as dt
from itertools import islice

from sqlalchemy import ColumnElement, exists, or_, select

from chassis.runtime import Runtime
from contracts.events.documents import FileDeleted
from services.documents.copies.models import PlaceCopy, PlaceFile
from services.documents.files.models import KEPT_FOR, File
from services.documents.resources.models import Resource
from services.documents.settings import open_store

#: Younger bytes may belong to an upload whose transaction is still open.
SETTLED_AFTER = dt.timedelta(days=1)
_AT_ONCE = 200


def sweep(runtime: Runtime) -> int:
    """Deletes the bytes of files that were deleted 30 days ago and are shown nowhere, and what broken uploads left.

    A file of an engagement that nothing there shows is deleted first: a picture that was taken out of its note, an
    upload that came to nothing. Answers how many contents it deleted.
    """
    now = runtime.clock.now()
    store = open_store(runtime.settings.storage)  # type: ignore[attr-defined]
    settled = now - SETTLED_AFTER
    while _delete_unplaced(runtime, settled):
        pass
    deleted = store.discard_unfinished(settled.timestamp())
    old = store.older_than(settled.timestamp())
    while checksums := list(islice(old, _AT_ONCE)):
        needed = _needed(runtime, checksums, now - KEPT_FOR)
        deleted += sum(store.discard(checksum, settled.timestamp()) for checksum in checksums if checksum not in needed)
    return deleted


def _delete_unplaced(runtime: Runtime, settled: dt.datetime) -> int:
    """Deletes some files of engagements that were uploaded before and are shown nowhere; how many."""
    unplaced = select(File).where(File.engagement_id.is_not(None), File.deleted_at.is_(None), File.created_at < settled)
    unplaced = unplaced.where(~_is_shown(settled - KEPT_FOR)).order_by(File.id).limit(_AT_ONCE).with_for_update()
    with runtime.work() as work:
        found = list(work.session.scalars(unplaced))
        for file in found:
            file.delete(work.now)
            work.publish(FileDeleted, file, file.facts())
    return len(found)


def _needed(runtime: Runtime, checksums: list[str], deleted_since: dt.datetime) -> set[str]:
    alive = or_(File.deleted_at.is_(None), File.deleted_at > deleted_since, _is_shown(deleted_since))
    with runtime.read() as work:
        return set(work.session.scalars(select(File.checksum).where(File.checksum.in_(checksums), alive)))


def _is_shown(deleted_since: dt.datetime) -> ColumnElement[bool]:
    """As a resource, or in a note or an assignment, that is there or may come back."""
    removed = or_(Resource.removed_at.is_(None), Resource.removed_at > deleted_since)
    shared = exists().where(Resource.file_id == File.id, removed)
    place = or_(PlaceCopy.deleted_at.is_(None), PlaceCopy.deleted_at > deleted_since)
    return or_(shared, exists().where(PlaceFile.file_id == File.id, PlaceFile.place_id == PlaceCopy.id, place))
