"""The bell of an item: its own wording, just what each recipient will get, and that mail to oneself (S1.13, S1.14)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from chassis.work import Work
from contracts.actor import Actor
from contracts.calls.items import MAIL_KINDS
from contracts.errors import Invalid, NotFound
from contracts.notification import ANSWER_LIFETIME
from contracts.schema import instant_text
from services.notifications.copies.models import CoachingSession, Engagement, Invoice, Person, Place
from services.notifications.items.models import Item, ItemWording
from services.notifications.outbound import desk, letter, samples
from services.notifications.outbound.wording import Wording
from services.notifications.wordings.operations import check, placeholders_of

Input = dict[str, Any]


def show(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The item's wording: its own, else the organisation's of its kind."""
    return _shown(work, _item_for(work, actor, input["id"]))


def write(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The item's mail is worded so, also one that waits; `Invalid` names what could not be filled in."""
    item = _item_for(work, actor, input["id"])
    check(MAIL_KINDS[item.kind], input["subject"], input["body"])
    work.session.merge(ItemWording(item_id=item.id, subject=input["subject"], body=input["body"]))
    work.session.flush()
    return _shown(work, item)


def reset(work: Work, actor: Actor, input: Input) -> None:
    """Back to the organisation's wording."""
    item = _item_for(work, actor, input["id"])
    if own := work.session.get(ItemWording, item.id):
        work.session.delete(own)


def preview(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """What one of the recipients would get now, `recipient` or the first of them; without any, what the client would.

    Sends nothing. `Invalid` for a wording that cannot be filled in, and for an address that is no recipient's.
    """
    item = _item_for(work, actor, input["id"])
    kind = MAIL_KINDS[item.kind]
    now = desk.wording_of(work, kind, item.id)
    wording = Wording(input.get("subject", now.subject), input.get("body", now.body))
    check(kind, wording.subject, wording.body)
    to = _reader(work, item, input.get("recipient"))
    context = context_of(work, item) | ({"url": f"{work.settings.public_url}/…"} if kind in letter.SECRET_KINDS else {})
    unsubscribe_url = f"{work.settings.public_url}/unsubscribe/…" if desk.may_unsubscribe(to, kind) else ""
    scene = desk.scene_for(work, kind, wording, to, item.engagement_id, _about(item)["id"], context,
                           unsubscribe_url=unsubscribe_url)  # fmt: skip
    composed = letter.compose(scene)
    recipients = [{"email": one["email"], "name": one["name"]} for one in item.recipients]
    return {
        "subject": composed.subject, "html": composed.html, "text": composed.text, "recipients": recipients,
        "shown_to": to.email, "attachments": _attachments(item, context),
    }  # fmt: skip


def send_test(work: Work, actor: Actor, input: Input) -> None:
    """Mails the item's mail to oneself, as it is worded now; its link is a sample."""
    item = _item_for(work, actor, input["id"])
    kind = MAIL_KINDS[item.kind]
    me = work.copy(Person, actor.id, what="person")  # type: ignore[arg-type]  # staff are people
    sample = {"url": f"{work.settings.public_url}/…"} if kind in letter.SECRET_KINDS else {}
    work.request(
        key=f"item/{item.id}/test/{uuid4()}",
        kind=kind,
        recipients=[{"person_id": me.id, "email": me.email, "name": me.name}],
        about=_about(item),
        trigger={"origin": "staff", "person_id": me.id},
        engagement_id=item.engagement_id,
        item_id=item.id,
        context=context_of(work, item) | sample,
    )


def context_of(work: Work, item: Item) -> dict[str, Any]:
    """What the item's mail is about, by what is known now; a session or an invoice to come is a made-up one."""
    kind = MAIL_KINDS[item.kind]
    expires_at = instant_text(work.now + ANSWER_LIFETIME)
    match item.kind:
        case "session":
            session = work.session.get(CoachingSession, item.session_id) if item.session_id else None
            return (session and session.context) or samples.CONTEXTS[kind]
        case "invoice":
            invoice = work.session.get(Invoice, item.invoice_id) if item.invoice_id else None
            sample = samples.CONTEXTS[kind] | ((invoice and invoice.context) or {})
            return sample | {"number": sample["number"] or "…"}
        case "feedback":
            goal = work.session.get(Place, item.goal_id) if item.goal_id else None
            return {"name": (goal and goal.name) or item.title, "description": "…", "expires_at": expires_at}
        case "form":
            return {"name": item.title, "expires_at": expires_at}
        case "link":
            return {"name": item.title, "url": item.url or f"{work.settings.public_url}/…"}
    return {"name": item.title}


def _about(item: Item) -> dict[str, Any]:
    if item.kind == "session" and item.session_id:
        return {"kind": "session", "id": item.session_id}
    if item.kind == "invoice" and item.invoice_id:
        return {"kind": "invoice", "id": item.invoice_id}
    return {"kind": "item", "id": item.id}


def _attachments(item: Item, context: dict[str, Any]) -> list[dict[str, str]]:
    if item.kind == "session":
        return [{"filename": "invite.ics", "content_type": "text/calendar"}]
    if item.kind == "invoice":
        return [{"filename": f"invoice-{context['number']}.pdf", "content_type": "application/pdf"}]
    return []


def _reader(work: Work, item: Item, email: str | None) -> desk.Addressee:
    """Who the mail is written to, which is whose address it is only where that is known in the engagement (C22)."""
    engagement = work.copy(Engagement, item.engagement_id, what="engagement")
    client = work.copy(Person, engagement.client_id, what="client")
    there = item.recipients or [{"email": client.email, "name": client.name, "person_id": str(client.id)}]
    meant = [one for one in there if email is None or one["email"].lower() == email.lower()]
    if not meant:
        raise Invalid("The input is not valid.", errors={"recipient": ["Nobody of that address gets it."]})
    one = meant[0]
    to = desk.addressee(work, UUID(one["person_id"]) if one["person_id"] else None, one["email"], one["name"])
    if to.person is None or not desk.is_of(engagement, to.person):
        return desk.Addressee(None, one["name"], one["email"])
    return to


def _item_for(work: Work, actor: Actor, item_id: UUID) -> Item:
    """The item, if the actor sees its engagement (C22); else `NotFound`, whatever the cause."""
    item = work.copy(Item, item_id, what="item")
    engagement = work.copy(Engagement, item.engagement_id, what="engagement")
    if item.deleted or engagement.deleted or not actor.sees(engagement):
        raise NotFound("There is no such item.", awaited=True)
    return item


def _shown(work: Work, item: Item) -> dict[str, Any]:
    kind = MAIL_KINDS[item.kind]
    wording = desk.wording_of(work, kind, item.id)
    return {
        "kind": kind,
        "subject": wording.subject,
        "body": wording.body,
        "is_default": work.session.get(ItemWording, item.id) is None,
        "placeholders": placeholders_of(kind),
    }
