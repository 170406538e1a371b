"""The declarative base of scheduling's tables."""

from __future__ import annotations

from chassis.database import service_base

Base = service_base("scheduling")
