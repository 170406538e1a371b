"""Kinds of mail that people have switched off for themselves."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.base import Base


class SwitchedOff(Base):
    """A person does without mails of that kind."""

    __tablename__ = "switched_off"

    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
