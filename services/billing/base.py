"""The declarative base of this service's tables."""

from __future__ import annotations

from chassis.database import service_base

Base = service_base("billing")
