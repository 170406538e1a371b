"""Forms: written and revised by staff, asked of anyone with an address (S1.23), answered once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from chassis.paging import page
from chassis.runtime import Runtime
from chassis.tokens import new_token, token_digest
from chassis.work import Work
from contracts.actor import Actor
from contracts.envelope import Event
from contracts.errors import Conflict, Invalid, NotFound, dead_link
from contracts.events.forms import (
    FormCreated,
    FormDeleted,
    FormRequestAnswered,
    FormRequestExpired,
    FormRequestSent,
    FormRequestUpdated,
    FormUpdated,
)
from contracts.notification import ANSWER_LIFETIME
from contracts.schema import instant_text
from services.documents.copies.models import ClientCopy, EngagementCopy, ItemCopy
from services.documents.copies.operations import engagement_of
from services.documents.forms import reminders
from services.documents.forms.answers import checked
from services.documents.forms.models import Form, FormRecipient, FormRequest

Input = dict[str, Any]
_AT_ONCE = 100


class ItemAsked(Conflict):
    """An item of the program sends its form once."""


def create(work: Work, actor: Actor, input: Input) -> Form:
    """Writes a form."""
    form = Form(title=input["title"], confidential=input["confidential"], revisions=[])
    form.revise(input["questions"])
    work.add(form)
    work.publish(FormCreated, form, form.facts(), actor)
    return form


def list_forms(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The forms that are offered, by title."""
    there = select(Form).where(Form.deleted_at.is_(None))
    return page(work, there, input, by=(Form.title, Form.id), descending=False)


def show(work: Work, actor: Actor, input: Input) -> Form:
    """One form as it is now."""
    return _form_for(work, input)


def update(work: Work, actor: Actor, input: Input) -> Form:
    """Changes title or secrecy; other questions are a new revision. What was asked already stays as it was."""
    form = _form_for(work, input, change=True)
    differs = form.describe({name: input[name] for name in ("title", "confidential") if name in input})
    revised = "questions" in input and form.revise(input["questions"])
    if differs or revised:
        work.publish(FormUpdated, form, form.facts(), actor)
    return form


def delete(work: Work, actor: Actor, input: Input) -> None:
    """It is offered no more; links that were mailed work on."""
    form = _form_for(work, input, change=True)
    form.delete(work.now)
    work.publish(FormDeleted, form, form.facts(), actor)


def request(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Mails the form as it is now to each recipient, with a link of its own that works once (S1.21, C19)."""
    engagement = engagement_of(work, actor, input["engagement_id"])
    form = _form_for(work, {"id": input["form_id"]})
    if len({recipient["email"].lower() for recipient in input["recipients"]}) < len(input["recipients"]):
        raise Invalid("The input is not valid.", errors={"recipients": ["One address stands there twice."]})
    if input["item_id"] is not None:
        item = work.copy(ItemCopy, input["item_id"], what="item")
        if item.deleted or item.kind != "form" or item.engagement_id != engagement.id:
            raise Invalid("The input is not valid.", errors={"item_id": ["No form of this engagement's program."]})
        if _was_asked(work, item.id):
            raise ItemAsked("This item of the program was sent already.", rule="C25")
    asked = _ask(work, actor, engagement, form, input["recipients"], input["item_id"])
    if input["reminders"]:
        reminders.switch_on(work, actor, asked, input["reminders"])
    return _shown(asked, actor)


def item_sent(work: Work, event: Event) -> None:
    """An item of the program that is a form goes out: its recipients are asked, by whoever sent it (S1.22, S1.24).

    Not once more, where somebody sent it from the list of forms meanwhile (C25).
    """
    if event.data["kind"] != "form" or _was_asked(work, event.subject_id):
        return
    sender = Actor(event.data["sender_id"], "coach", event.data["sender_name"])
    engagement = work.copy(EngagementCopy, event.data["engagement_id"], what="engagement")
    form = work.get(Form, event.data["form_id"], what="form")
    recipients = [{"email": one["email"], "name": one["name"]} for one in event.data["recipients"]]
    _ask(work, sender, engagement, form, recipients, event.subject_id, title=event.data["title"])


def _was_asked(work: Work, item_id: UUID) -> bool:
    """Whether the item's form was asked already, by its schedule or by hand; two at once wait for each other."""
    work.session.get(ItemCopy, item_id, with_for_update=True)
    return work.session.scalar(select(FormRequest.id).where(FormRequest.item_id == item_id).limit(1)) is not None


def _ask(
    work: Work,
    actor: Actor,
    engagement: EngagementCopy,
    form: Form,
    recipients: list[dict[str, Any]],
    item_id: UUID | None,
    *,
    title: str | None = None,
) -> FormRequest:
    """`title` is what the item of the program calls it; else it goes by the form's own."""
    asked = work.add(
        FormRequest(
            engagement_id=engagement.id,
            revision=form.current,
            title=title or form.title,
            confidential=form.confidential,
            item_id=item_id,
            asked_by=actor.name,
            state="sent",
            expires_at=work.now + ANSWER_LIFETIME,
            recipients=[],
        )
    )
    client = work.copy(ClientCopy, engagement.client_id, what="client")
    for position, given in enumerate(recipients):
        token = new_token()
        client_id = client.id if given["email"].lower() == client.email.lower() else None
        recipient = FormRecipient(position=position, token_digest=token_digest(token), client_id=client_id, **given)
        asked.recipients.append(recipient)
        work.session.flush()
        _mail(work, actor, engagement, recipient, f"{work.settings.public_url}/forms/{token}")
    people = [{"id": each.id, "email": each.email, "name": each.name} for each in asked.recipients]
    work.publish(FormRequestSent, asked, asked.facts() | {"people": people}, actor)
    return asked


def _mail(work: Work, actor: Actor, engagement: EngagementCopy, recipient: FormRecipient, url: str) -> None:
    work.request(
        key=f"form/{recipient.id}",
        kind="form_request",
        recipients=[{"person_id": recipient.client_id, "email": recipient.email, "name": recipient.name}],
        about={"kind": "engagement", "id": engagement.id, "version": engagement.sequence},
        trigger={"origin": "staff", "person_id": actor.id},
        engagement_id=engagement.id,
        item_id=recipient.request.item_id,
        context={
            "url": url,
            "expires_at": instant_text(recipient.request.expires_at),
            "name": recipient.request.title,
            "request_id": str(recipient.request.id),
            "recipient_id": str(recipient.id),
        },
    )


def list_requests(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """What was asked on behalf of an engagement, newest first."""
    engagement = engagement_of(work, actor, input["engagement_id"])
    there = select(FormRequest).where(FormRequest.engagement_id == engagement.id)
    found = page(work, there, input, by=(FormRequest.created_at, FormRequest.id))
    return found | {"items": [_shown(asked, actor) for asked in found["items"]]}


def show_request(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Who was asked, and what they answered."""
    return _shown(_request_for(work, actor, input["id"]), actor)


def _request_for(work: Work, actor: Actor, id_: UUID, *, change: bool = False) -> FormRequest:
    """The request of that id, locked if it is to be changed; `NotFound` also where the actor may not see it."""
    asked = work.get(FormRequest, id_, what="form request")
    try:
        engagement_of(work, actor, asked.engagement_id)
    except NotFound:
        raise NotFound("There is no such form request.") from None
    return work.change(FormRequest, id_, what="form request") if change else asked


def stop_reminders(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Nobody is reminded of it any more; raises `NoReminders`."""
    asked = _request_for(work, actor, input["id"], change=True)
    reminders.stop(work, asked)
    return _shown(asked, actor)


def page_of(work: Work, actor: Actor, input: Input) -> FormRequest:
    """What the page of a link shows; else `LinkDead`."""
    recipient = _by_token(work, input["token"])
    recipient.check(work.now)
    return recipient.request


def answer(work: Work, actor: Actor, input: Input) -> None:
    """Takes one person's answers, once; `Invalid` is keyed by question. The last one completes the request (C12)."""
    _answer(work, actor, _by_token(work, input["token"]), input["answers"])


def list_mine(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """What a client was asked in an engagement, newest first, with its own answers."""
    engagement = engagement_of(work, actor, input["engagement_id"])
    mine = select(FormRecipient).join(FormRequest).where(FormRequest.engagement_id == engagement.id)
    mine = mine.where(FormRecipient.client_id == actor.id).options(joinedload(FormRecipient.request))
    return page(work, mine, input, by=(FormRequest.created_at, FormRecipient.id))


def show_mine(work: Work, actor: Actor, input: Input) -> FormRecipient:
    """One form that a client was asked to fill in."""
    found = work.session.get(FormRecipient, input["id"])
    if found is None or found.client_id != actor.id:
        raise NotFound("There is no such form.")
    engagement_of(work, actor, found.engagement_id)
    return found


def answer_mine(work: Work, actor: Actor, input: Input) -> FormRecipient:
    """A client answers in the portal what it was asked by mail; once, here or there."""
    recipient = show_mine(work, actor, input)
    _answer(work, actor, recipient, input["answers"])
    return recipient


def _answer(work: Work, actor: Actor, recipient: FormRecipient, answers: dict[str, Any]) -> None:
    asked = work.change(FormRequest, recipient.request_id, what="form request")
    work.session.refresh(recipient)
    recipient.check(work.now)
    recipient.answer(work.now, checked(asked.questions, answers))
    _settle(work, actor, asked)


def revoke(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Ends one recipient's link, also in the portal (C19); the second time nothing changes. Raises `RecipientAnswered`.

    Who is left alone decides what becomes of the request: it may be answered by that, or over.
    """
    asked = _request_for(work, actor, input["id"], change=True)
    recipient = next((each for each in asked.recipients if each.id == input["recipient_id"]), None)
    if recipient is None:
        raise NotFound("There is no such recipient.")
    work.session.refresh(recipient)
    if recipient.revoke(work.now):
        _settle(work, actor, asked)
    return _shown(asked, actor)


def end_for(work: Work, actor: Actor, recipient: FormRecipient) -> None:
    """Nobody answers in that recipient's place any more; what was answered stays."""
    asked = work.change(FormRequest, recipient.request_id, what="form request")
    if not recipient.is_settled and recipient.revoke(work.now):
        _settle(work, actor, asked)


def _settle(work: Work, actor: Actor, asked: FormRequest) -> None:
    """Tells that one is done who was asked, which may be the end of the request."""
    work.session.flush()
    work.session.refresh(asked, ["recipients"])
    if not asked.settle():
        work.publish(FormRequestUpdated, asked, asked.facts(), actor)
        return
    reminders.end(work, asked)
    if asked.state == "answered":
        work.publish(FormRequestAnswered, asked, asked.facts(), actor)
    else:
        work.publish(FormRequestExpired, asked, asked.facts(), actor)


def expire(runtime: Runtime) -> int:
    """Ends requests that nobody can answer any more; how many."""
    with runtime.work() as work:
        over = select(FormRequest).where(FormRequest.state == "sent", FormRequest.expires_at <= work.now)
        locked = over.order_by(FormRequest.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
        found = list(work.session.scalars(locked))
        for asked in found:
            asked.expire()
            work.publish(FormRequestExpired, asked, asked.facts())
    return len(found)


def _form_for(work: Work, input: Input, *, change: bool = False) -> Form:
    form = (work.change if change else work.get)(Form, input["id"], what="form")
    if form.deleted_at is not None:
        raise NotFound("There is no such form.")
    return form


def _by_token(work: Work, token: str) -> FormRecipient:
    found = work.session.scalar(select(FormRecipient).where(FormRecipient.token_digest == token_digest(token)))
    found = found or reminders.recipient_of(work, token)
    if found is None or work.session.get_one(EngagementCopy, found.request.engagement_id).deleted:
        raise dead_link()
    return found


def _shown(asked: FormRequest, actor: Actor) -> dict[str, Any]:
    names = ("id", "created_at", "updated_at", "version", "engagement_id", "form_id", "item_id", "title",
             "confidential", "state", "expires_at", "questions", "recipients", "reminders")  # fmt: skip
    answered = [recipient for recipient in asked.recipients if recipient.answered_at]
    may_read = actor.is_admin or not asked.confidential
    responses = [{"recipient": each, "answers": each.answers, "at": each.answered_at} for each in answered]
    return {name: getattr(asked, name) for name in names} | {"responses": responses if may_read else []}
