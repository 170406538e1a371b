"""What the panes of notes, goals and assignments have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.actor import Role
from contracts.calls import Call, notifications
from contracts.calls import engagements as calls
from contracts.errors import CoachworksError
from gateway.asking import Json, ask, identity
from gateway.portal import clock, show
from gateway.portal.engagements import look_at, to_the_client
from gateway.portal.pages import SIGNED_IN, Pages, View


def pane(
    template: str,
    tab: str,
    id: UUID,
    listed: tuple[Call, Json],
    chosen: UUID | None,
    get: Call,
    comments: Call,
    filters: tuple[str, ...] = (),
    more: Mapping[str, Call] = MappingProxyType({}),
    then: Callable[[show.Answers], dict[str, tuple[Call, Json]]] = lambda found: {},
) -> ResponseReturnValue:
    """The list, and what was chosen of it with its comments and `more`, in one round; `filters` and the list's page are
    kept in its addresses. `then` says what can be asked only after that, in a second one."""
    asked = {"listed": listed}
    if chosen:
        cursor = {"cursor": request.args["comments"]} if request.args.get("comments") else {}
        asked |= {
            "chosen": (get, {"id": str(chosen)}),
            "comments": (comments, {"id": str(chosen), "limit": 100, **cursor}),
            **{name: (call, {"id": str(chosen)}) for name, call in more.items()},
        }
    found, values = look_at(id, tab, **asked)
    if chosen and (following := then(found)):
        second = show.look(**following)
        values |= {name: second.part(name) for name in following}
    return show.page(
        template,
        listed=found.part("listed"),
        chosen=found.need("chosen") if chosen else None,
        comments=found.need("comments") if chosen else None,
        **{name: found.part(name) for name in more if chosen},
        today=clock.local(clock.now()).date(),
        filters=show.query(*filters),
        kept=show.query(*filters, "cursor"),
        **show.pager(found.part("listed"), filters),
        **values,
    )


def dialog(template: str, id: UUID, kind: str, **again: Any) -> ResponseReturnValue:
    """The dialog for a new one; staff is told beforehand whether the client gets a mail of that `kind`."""
    asked: dict[str, tuple[Call, Json]] = {"engagement": (calls.get_engagement, {"id": str(id)})}
    who = identity()
    is_staff = who is not None and who.role != "client"
    if is_staff:
        given = {"engagement_id": str(id), "kind": kind, "origin": "automatic"}
        asked["verdicts"] = (notifications.may_notify, given)
    found = show.look(**asked)
    engagement = found.need("engagement")
    verdicts = to_the_client(engagement, found.need("verdicts")) if is_staff else []
    return show.page(template, engagement=engagement, verdicts=verdicts, **again)


def _back(id: UUID, gone: bool) -> str:
    """The page that the button is on, or the list that it leaves behind."""
    came_from = show.came_from() or "/"
    return came_from.removesuffix(f"/{id}") if gone else came_from


def does(call: Call, toast: str, *, undo: str = "", fields: tuple[str, ...] = ()) -> View:
    """The view of a button that makes the call; `undo` is where the toast's button posts to."""

    def view(id: UUID) -> ResponseReturnValue:
        given = {"id": str(id), **show.filled(*fields)}
        address = _back(id, gone=call.name.startswith(("delete", "remove")))
        try:
            ask(call, given)
        except CoachworksError as error:
            return show.refused(error, address)
        return show.done(address, toast, undo_url=undo.format(id=id))

    view.__name__ = call.name
    return view


def buttons(pages: Pages, thing: str, calls: Mapping[str, Call], deleting: frozenset[Role]) -> None:
    """The buttons of a thing that is completed and reopened, deleted and restored."""
    at = f"/{thing}/<uuid:id>"
    pages.post(f"{at}/complete", SIGNED_IN)(does(calls["complete"], "Completed", undo=f"/{thing}/{{id}}/reopen"))
    pages.post(f"{at}/reopen", SIGNED_IN)(does(calls["reopen"], "Reopened"))
    pages.post(f"{at}/delete", deleting)(does(calls["delete"], "Deleted", undo=f"/{thing}/{{id}}/restore"))
    pages.post(f"{at}/restore", deleting)(does(calls["restore"], "It is back."))
