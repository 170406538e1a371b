"""Putting the logo on what is printed, and taking it off."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from services.billing.logos.models import Logo
from services.billing.logos.picture import printable


def put(work: Work, actor: Actor, input: dict[str, Any]) -> Logo:
    """The picture is the logo from now on, in place of another. Raises `NotALogo`."""
    picture = printable(base64.b64decode(input["file"]))
    _take_off(work)
    logo = work.add(Logo(content=picture.content, width=picture.width, height=picture.height, in_use=True))
    work.session.flush()
    return logo


def show(work: Work, actor: Actor, input: dict[str, Any]) -> dict[str, Any]:
    """The logo that is in use."""
    logo = current(work)
    if logo is None:
        raise _none()
    names = ("id", "created_at", "updated_at", "version", "width", "height")
    return {**{name: getattr(logo, name) for name in names}, "content": base64.b64encode(logo.content).decode()}


def remove(work: Work, actor: Actor, input: dict[str, Any]) -> None:
    """There is no logo from now on."""
    if not _take_off(work):
        raise _none()


def current(work: Work) -> Logo | None:
    """The logo that is in use; the newest one, should two have been put at the same moment."""
    return work.session.scalars(_in_use().limit(1)).one_or_none()


def content_of(work: Work, id: str | None) -> bytes | None:
    """The picture that an invoice was sent with, or a draft would be; `id` is what its issuer keeps of it."""
    return work.session.get_one(Logo, UUID(id)).content if id else None


def _take_off(work: Work) -> bool:
    """Whether there was any."""
    found = work.session.scalars(_in_use().with_for_update()).all()
    for logo in found:
        logo.take_off()
        work.changed(logo)
    return bool(found)


def _in_use() -> Any:
    return select(Logo).where(Logo.in_use).order_by(Logo.created_at.desc(), Logo.id)


def _none() -> NotFound:
    return NotFound("There is no logo.")
