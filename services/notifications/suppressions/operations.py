"""Addresses that get no mail: unsubscribed by a link, marked when they bounce, shown and taken off by admins.

The gate asks `why_none` (C2); docs/decisions/0058-addresses-that-get-no-mail.md says what was decided.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select

from chassis.database import insert_new
from chassis.paging import page
from chassis.runtime import Runtime
from chassis.tokens import new_token, token_digest
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import NotFound
from services.notifications.base import Base
from services.notifications.suppressions.models import Suppression, UnsubscribeLink

Input = dict[str, Any]
UNSUBSCRIBED, BOUNCED = "unsubscribed", "bounced"
#: How long the link of a mail unsubscribes (C19): long after anybody would still look for it in an old mail.
LIFETIME = dt.timedelta(days=365)
_AT_ONCE = 500


@dataclass(frozen=True)
class NoMail:
    """Why an address gets no mail: `unsubscribed` or `bounced`, with the mail server's answer."""

    why: str
    answer: str = ""


def why_none(work: Work, address: str) -> NoMail | None:
    """Why that address gets no mail, the reason that forbids most of all; None if nothing does."""
    rows = work.session.scalars(select(Suppression).where(Suppression.address == address.lower()))
    found = {row.why: row for row in rows}
    worst = found.get(BOUNCED) or found.get(UNSUBSCRIBED)
    return NoMail(worst.why, worst.answer or "") if worst else None


def new_link(work: Work, address: str) -> str:
    """The token of a new link that unsubscribes this address; only its digest is kept."""
    token = new_token()
    digest = token_digest(token)
    work.session.add(UnsubscribeLink(token_digest=digest, address=address.lower(), created_at=work.now))
    return token


def bounce(work: Work, address: str, answer: str) -> None:
    """A mail server refused this address for good; what it said stays as it was the first time."""
    _suppress(work, address.lower(), BOUNCED, answer)


def show_link(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """What the page of a link shows: whose address it is, and whether that has unsubscribed; changes nothing."""
    return _shown(work, _address_of(work, input["token"]))


def unsubscribe(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The address of the link gets no more mail than it must (`MUST_GET`); again changes nothing (RFC 8058)."""
    address = _address_of(work, input["token"])
    _suppress(work, address, UNSUBSCRIBED, None)
    return _shown(work, address)


def list_suppressions(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """All addresses that get no mail, the newest first."""
    return page(work, select(Suppression), input, by=(Suppression.created_at, Suppression.id))


def show(work: Work, actor: Actor, input: Input) -> Suppression:
    """One of them."""
    return work.get(Suppression, input["id"], what="address in this list")


def remove(work: Work, actor: Actor, input: Input) -> None:
    """The address may get mail again from now on; its links unsubscribe it as before."""
    work.session.delete(work.change(Suppression, input["id"], what="address in this list"))


def forget_links(runtime: Runtime) -> int:
    """Deletes links that work no more; how many."""
    with runtime.work() as work:
        over = select(UnsubscribeLink.token_digest).where(UnsubscribeLink.created_at <= work.now - LIFETIME)
        digests = list(work.session.scalars(over.limit(_AT_ONCE).with_for_update(skip_locked=True)))
        work.session.execute(delete(UnsubscribeLink).where(UnsubscribeLink.token_digest.in_(digests)))
    return len(digests)


def _suppress(work: Work, address: str, why: str, answer: str | None) -> None:
    insert_new(
        work.session,
        Base.metadata.tables[Suppression.__tablename__],
        id=uuid4(),
        address=address,
        why=why,
        answer=answer,
        created_at=work.now,
        updated_at=work.now,
        version=1,
    )


def _address_of(work: Work, token: str) -> str:
    link = work.session.get(UnsubscribeLink, token_digest(token))
    if link is None or link.created_at <= work.now - LIFETIME:
        raise NotFound("This link has expired or was never valid.", rule="C19")
    return link.address


def _shown(work: Work, address: str) -> dict[str, Any]:
    there = select(Suppression.id).where(Suppression.address == address, Suppression.why == UNSUBSCRIBED)
    return {"address": address, "unsubscribed": work.session.scalar(there) is not None}
