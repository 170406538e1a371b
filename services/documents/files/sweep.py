"""Takes away the bytes that nothing needs any more."""

from __future__ import annotations

import datetime as dt
from itertools import islice

from sqlalchemy import exists, or_, select

from chassis.runtime import Runtime
from services.documents.copies.models import PlaceFile
from services.documents.files.models import KEPT_FOR, File
from services.documents.resources.models import Resource
from services.documents.settings import open_store

#: Younger bytes may belong to an upload whose transaction is still open.
SETTLED_AFTER = dt.timedelta(days=1)
_AT_ONCE = 200


def sweep(runtime: Runtime) -> int:
    """Deletes the bytes of files that were deleted 30 days ago and are shared nowhere, and what broken uploads left.

    Answers how many contents it deleted.
    """
    now = runtime.clock.now()
    store = open_store(runtime.settings.storage)  # type: ignore[attr-defined]
    settled = (now - SETTLED_AFTER).timestamp()
    deleted = store.discard_unfinished(settled)
    old = store.older_than(settled)
    while checksums := list(islice(old, _AT_ONCE)):
        needed = _needed(runtime, checksums, now - KEPT_FOR)
        deleted += sum(store.discard(checksum, settled) for checksum in checksums if checksum not in needed)
    return deleted


def _needed(runtime: Runtime, checksums: list[str], deleted_since: dt.datetime) -> set[str]:
    shared = exists().where(Resource.file_id == File.id, Resource.removed_at.is_(None))
    shown = exists().where(PlaceFile.file_id == File.id)
    alive = or_(File.deleted_at.is_(None), File.deleted_at > deleted_since, shared, shown)
    with runtime.read() as work:
        return set(work.session.scalars(select(File.checksum).where(File.checksum.in_(checksums), alive)))
