"""Whether all bytes are there."""

from __future__ import annotations

from sqlalchemy import select

from chassis.runtime import Runtime
from services.documents.files.models import File
from services.documents.settings import open_store


def lacks(runtime: Runtime) -> str:
    """`ok` if the store holds the bytes of each file that is not deleted, else how many are missing and of which."""
    held = set(open_store(runtime.settings.storage).older_than(float("inf")))  # type: ignore[attr-defined]
    with runtime.read() as work:
        files = work.session.scalars(select(File).where(File.deleted_at.is_(None)).order_by(File.id))
        missing = [str(file.id) for file in files if file.checksum not in held]
    return f"{len(missing)} files have none: {', '.join(missing[:20])}" if missing else "ok"
