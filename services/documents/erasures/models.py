"""Which clients were erased (rule C24)."""

from __future__ import annotations

from chassis.database import Entity
from services.documents.base import Base


class Erasure(Entity, Base):
    """A client of whom nothing is kept here any more, by its id: what comes late about it is passed over."""

    __tablename__ = "erasure"
