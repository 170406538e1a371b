"""The program of an engagement: its items, to whom and when they go out, and what their mails say (the bell)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, billing, documents, forms, goals, notifications
from contracts.calls import engagements as engagement_calls
from contracts.calls import item_notifications as bell
from contracts.calls import items as calls
from contracts.errors import Invalid
from gateway.asking import Json, identity
from gateway.portal import clock, show
from gateway.portal.engagements import look_at
from gateway.portal.filters import zone_words
from gateway.portal.pages import SIGNED_IN, STAFF, Pages
from gateway.portal.sessions import typed_people
from gateway.portal.wording import framed
from gateway.portal.workspace import does

pages = Pages()


@pages.get("/engagements/<uuid:id>/program", SIGNED_IN)
def program(id: UUID) -> ResponseReturnValue:
    """The items in their order, and the forms that were asked: of whom, for staff; of oneself, for a client."""
    return _program(id)


@pages.get("/engagements/<uuid:id>/program/<uuid:chosen>", STAFF)
def chosen_item(id: UUID, chosen: UUID) -> ResponseReturnValue:
    """The same with the bell of one item beside it."""
    return _program(id, chosen)


def _program(id: UUID, chosen: UUID | None = None, **again: Any) -> ResponseReturnValue:
    given = {"engagement_id": str(id), **show.query("cursor")}
    who = identity()
    is_client = who is not None and who.role == "client"
    asked: dict[str, tuple[Call, Json]] = {
        "items": (calls.list_items, {"engagement_id": str(id), "limit": 200}),
        "requests": (forms.list_my_forms if is_client else forms.list_form_requests, given),
    }
    if chosen:
        asked |= {"chosen": (calls.get_item, {"id": str(chosen)})}
        asked |= {"wording": (bell.get_item_notification, {"id": str(chosen)})}
        asked |= {"preview": (bell.preview_item_notification, {"id": str(chosen)})}
    found, values = look_at(id, "Program", **asked)
    items, listed = found.part("items"), found.part("requests")
    wording = found.need("wording") if chosen else None
    return show.page(
        "pages/my_program.html" if is_client else "pages/engagement_program.html",
        items=items,
        chosen=found.need("chosen") if chosen else None,
        wording=wording,
        preview=found.need("preview") if chosen else None,
        requests=listed,
        **show.pager(listed),
        **{"values": wording or {}, **values, **again},
    )


# Adding and changing ----------------------------------------------------------------------------------------------


@pages.get("/engagements/<uuid:id>/items/new", STAFF)
def new_item(id: UUID, **again: Any) -> ResponseReturnValue:
    return _form(id, None, again)


@pages.post("/engagements/<uuid:id>/items", STAFF)
def create_item(id: UUID) -> ResponseReturnValue:
    given = {"engagement_id": str(id), **show.form("kind"), **_typed()}
    return show.attempt(
        calls.create_item,
        given,
        lambda _: show.done(f"/engagements/{id}/program", "The item is added. Nobody was mailed."),
        lambda **again: new_item(id, **again),
    )


@pages.get("/engagements/<uuid:id>/items/<uuid:chosen>/edit", STAFF)
def edit_item_form(id: UUID, chosen: UUID, **again: Any) -> ResponseReturnValue:
    return _form(id, chosen, again)


@pages.post("/engagements/<uuid:id>/items/<uuid:chosen>/edit", STAFF)
def edit_item(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.update_item,
        {"id": str(chosen), **_typed()},
        lambda _: show.done(f"/engagements/{id}/program", "Saved"),
        lambda **again: edit_item_form(id, chosen, **again),
    )


def _form(id: UUID, chosen: UUID | None, again: Json) -> ResponseReturnValue:
    """The dialog of an item, with what it can name: forms, files of the library, goals, drafts of invoices."""
    asked: dict[str, tuple[Call, Json]] = {
        "engagement": (engagement_calls.get_engagement, {"id": str(id)}),
        "forms": (forms.list_forms, {"limit": 200}),
        "files": (documents.list_library, {"limit": 200}),
        "goals": (goals.list_goals, {"engagement_id": str(id), "state": "active", "limit": 200}),
        "invoices": (billing.list_engagement_invoices, {"engagement_id": str(id), "limit": 200}),
    }
    if chosen:
        asked["item"] = (calls.get_item, {"id": str(chosen)})
    found = show.look(**asked)
    item = found.need("item") if chosen else None
    if "problem" in again:
        again["values"] = {**again["values"], "file_ids": request.form.getlist("file_ids")}
    library = [(file["file_id"], file["name"]) for file in found.items("files") if file["kind"] == "file"]
    there = [(file["id"], file["name"]) for file in item["files"]] if item else []
    return show.page(
        "pages/item_form.html",
        engagement=found.need("engagement"),
        item=item,
        forms=_with(
            [(form["id"], form["title"]) for form in found.items("forms")],
            item and item["form_id"],
            "The form that was chosen",
        ),
        files=list(dict(there + library).items()),
        goals=_with(show.choices(found.items("goals")), item and item["goal_id"], "The goal that was chosen"),
        invoices=[invoice for invoice in found.items("invoices") if invoice["state"] == "draft"],
        **{"values": item or {"kind": "task"}, **again},
    )


def _with(options: list[tuple[str, str]], chosen: str | None, words: str) -> list[tuple[str, str]]:
    """The options with what is chosen, which may not be offered any more."""
    return options if chosen is None or chosen in dict(options) else [*options, (chosen, words)]


def _typed() -> Json:
    """Title and what belongs to the kind; an emptied choice is none."""
    kind = request.form.get("kind", "")
    names = {"form": "form_id", "link": "url", "feedback": "goal_id", "invoice": "invoice_id"}
    typed = show.form("title") | show.nullable(*(name for of, name in names.items() if of == kind))
    if kind == "session":
        typed |= {name: value or None for name, value in show.whole(show.form("duration_minutes")).items()}
    if kind == "file":
        typed["file_ids"] = request.form.getlist("file_ids")
    return typed


@pages.post("/engagements/<uuid:id>/items/order", STAFF)
def order_items(id: UUID) -> ResponseReturnValue:
    return show.put_in_order(calls.order_items, id)


# To whom, and when ------------------------------------------------------------------------------------------------


@pages.get("/engagements/<uuid:id>/items/<uuid:chosen>/recipients", STAFF)
def recipients_form(id: UUID, chosen: UUID, **again: Any) -> ResponseReturnValue:
    found = show.look(
        engagement=(engagement_calls.get_engagement, {"id": str(id)}), item=(calls.get_item, {"id": str(chosen)})
    )
    item, engagement = found.need("item"), found.need("engagement")
    values = {"attendees": typed_people() if "problem" in again else item["recipients"]}
    again.pop("values", None)
    return show.page("pages/item_recipients.html", item=item, engagement=engagement, values=values, **again)


@pages.post("/engagements/<uuid:id>/items/<uuid:chosen>/recipients", STAFF)
def write_recipients(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.write_item_recipients,
        {"id": str(chosen), "recipients": typed_people()},
        lambda _: show.done(f"/engagements/{id}/program", "Saved"),
        lambda **again: recipients_form(id, chosen, **again),
    )


@pages.get("/items/<uuid:id>/send", STAFF)
def send_form(id: UUID) -> ResponseReturnValue:
    return _dialog("pages/item_send.html", id, {})


@pages.post("/items/<uuid:id>/send", STAFF)
def send_item(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.send_item,
        {"id": str(id)},
        lambda item: show.done(f"/engagements/{item['engagement_id']}/program", f"{item['title']} is on its way."),
        lambda **again: _dialog("pages/item_send.html", id, again),
    )


@pages.get("/items/<uuid:id>/schedule", STAFF)
def schedule_form(id: UUID) -> ResponseReturnValue:
    return _dialog("pages/item_schedule.html", id, {})


@pages.post("/items/<uuid:id>/schedule", STAFF)
def schedule_item(id: UUID) -> ResponseReturnValue:
    def again(**again: Any) -> ResponseReturnValue:
        return _dialog("pages/item_schedule.html", id, again)

    is_timed = request.form.get("when") == "at"
    try:
        when = {"send_at": clock.typed_instant("send_at")} if is_timed else {"after_previous": True}
    except Invalid as error:
        return show.once_more(error, again)
    return show.attempt(
        calls.schedule_item,
        {"id": str(id), **when},
        lambda item: show.done(f"/engagements/{item['engagement_id']}/program", "Scheduled"),
        again,
    )


def _dialog(template: str, id: UUID, again: Json) -> ResponseReturnValue:
    """A dialog about an item that says who would be mailed, before anybody is (C2)."""
    item = show.look(item=(calls.get_item, {"id": str(id)})).need("item")
    given = {"engagement_id": item["engagement_id"], "kind": calls.MAIL_KINDS[item["kind"]]}
    people = [{"email": one["email"], "name": one["name"]} for one in item["recipients"]]
    asked = {"verdicts": (notifications.may_notify, {**given, "recipients": people})} if people else {}
    found = show.look(**asked)
    verdicts = found.need("verdicts")["verdicts"] if people else []
    return show.page(template, item=item, verdicts=verdicts, zone=zone_words(clock.now()), **again)


pages.post("/items/<uuid:id>/unschedule", STAFF)(does(calls.unschedule_item, "It waits for you again."))
pages.post("/items/<uuid:id>/complete", SIGNED_IN)(does(calls.complete_item, "Completed"))
pages.post("/items/<uuid:id>/remove", STAFF)(does(calls.remove_item, "The item is taken out of the program."))

# The bell ---------------------------------------------------------------------------------------------------------


@pages.post("/engagements/<uuid:id>/program/<uuid:chosen>", STAFF)
def write_wording(id: UUID, chosen: UUID) -> ResponseReturnValue:
    return show.attempt(
        bell.write_item_notification,
        {"id": str(chosen), **show.form("subject", "body")},
        lambda _: show.done(f"/engagements/{id}/program/{chosen}", "Saved. The mail is worded so."),
        lambda **again: _program(id, chosen, **again),
    )


pages.post("/items/<uuid:id>/wording/reset", STAFF)(does(bell.reset_item_notification, "The standard wording is back."))
pages.post("/items/<uuid:id>/wording/test", STAFF)(
    does(bell.test_item_notification, "The mail is on its way to you alone.")
)


@pages.get("/items/<uuid:id>/wording/preview", STAFF)
def preview(id: UUID) -> ResponseReturnValue:
    return framed(bell.preview_item_notification, {"id": str(id), **show.query("recipient")})


@pages.post("/items/<uuid:id>/wording/preview", STAFF)
def preview_draft(id: UUID) -> ResponseReturnValue:
    """What was typed, in the frame below it; what is wrong with it, in its place."""
    given = {"id": str(id), **show.form("subject", "body"), **show.filled("recipient")}
    return framed(bell.preview_item_notification, given)
