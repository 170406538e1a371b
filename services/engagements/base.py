"""The declarative base of all tables of this service."""

from chassis.database import service_base

Base = service_base("engagements")
