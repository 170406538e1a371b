"""The organisation's logo."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database import Entity
from services.billing.base import Base


class Logo(Entity, Base):
    """A picture that is printed on invoices and statements while it is `in_use`; `content` is PNG.

    One that was taken off is kept: the invoices that were sent with it show it for ever (C21).
    """

    __tablename__ = "logo"

    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    in_use: Mapped[bool]

    def take_off(self) -> None:
        """What is sent from now on does not show it."""
        self.in_use = False
