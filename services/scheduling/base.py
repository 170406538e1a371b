"""The declarative base of scheduling's tables."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase

from chassis.database import service_metadata


class Base(DeclarativeBase):
    """Tables of scheduling, the chassis' own among them."""

    metadata = service_metadata()
