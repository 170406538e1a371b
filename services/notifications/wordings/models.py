"""A kind of mail in the organisation's own words."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.base import Base


class OwnWording(Base):
    """Stands in place of the default wording of its kind."""

    __tablename__ = "own_wording"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
