"""The declarative base of this service's tables."""

from chassis.database import service_base

Base = service_base("documents")
