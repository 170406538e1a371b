"""What can be deleted by mistake can be restored for a while."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import UtcDateTime
from contracts.errors import Conflict, NotFound

#: How long what was deleted can be restored.
RESTORABLE = dt.timedelta(days=30)


class NotDeleted(Conflict):
    """Only what is deleted can be restored."""


class Deletable:
    """Columns and steps of a thing that is called `what`; deleted, it is not there for anybody."""

    what: ClassVar[str]
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=None, sort_order=99)

    def delete(self, now: dt.datetime) -> None:
        """Gone from every list, for 30 days restorable; `NotFound` the second time."""
        if self.deleted_at is not None:
            raise NotFound(f"There is no such {self.what}.")
        self.deleted_at = now

    def restore(self, now: dt.datetime) -> None:
        """It is back as it was; raises `NotDeleted`, and after 30 days `NotFound`."""
        if self.deleted_at is None:
            raise NotDeleted(f"The {self.what} is not deleted.")
        if now >= self.deleted_at + RESTORABLE:
            raise NotFound(f"There is no such {self.what}.")
        self.deleted_at = None
