"""The organisation's settings, and how it is set up first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from chassis.runtime import Runtime
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Conflict
from contracts.events.people import CoachAdded, OrganisationUpdated
from services.engagements.organisation.models import ORGANISATION_ID, Organisation, new_organisation
from services.engagements.people.models import Person
from services.engagements.people.passwords import hash_password

Input = dict[str, Any]


class AdminNotNamed(Conflict):
    """There is no admin yet and the environment names none; the sentence says what to do."""


def organisation(work: Work) -> Organisation:
    """The one organisation."""
    return work.get(Organisation, ORGANISATION_ID, what="organisation")


def show(work: Work, actor: Actor, input: Input) -> Organisation:
    """The organisation with all its settings."""
    return organisation(work)


def update(work: Work, actor: Actor, input: Input) -> Organisation:
    """Changes the settings that are given; where nothing is different, there is no new version."""
    found = work.change(Organisation, ORGANISATION_ID, what="organisation")
    if found.describe(input):
        work.publish(OrganisationUpdated, found, found.facts(), actor)
    return found


def set_up(runtime: Runtime) -> None:
    """Sees to it that there are an organisation and an admin; does nothing where there are. Raises `AdminNotNamed`."""
    try:
        with runtime.work() as work:
            _set_up(work)
    except IntegrityError:
        return  # another process was setting it up at the same time, and has done so


def _set_up(work: Work) -> None:
    found = work.session.get(Organisation, ORGANISATION_ID)
    if found is None:
        found = work.add(new_organisation())
        work.publish(OrganisationUpdated, found, found.facts())
    if work.session.scalar(select(Person.id).where(Person.role == "admin").limit(1)):
        return
    email, password = work.settings.admin_email, work.settings.admin_password
    if not email or not password:
        raise AdminNotNamed("There is no admin yet: set ADMIN_EMAIL and ADMIN_PASSWORD, then migrate again.")
    admin = work.add(Person.staff(name="Admin", email=email, role="admin", time_zone=found.time_zone))
    admin.set_password(hash_password(password))
    work.publish(CoachAdded, admin, admin.coach_facts())
