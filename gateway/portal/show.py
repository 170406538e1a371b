"""What every view of the portal does: one round of parallel questions, then a page; or a form's answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from flask import Response, flash, g, get_flashed_messages, redirect, render_template, request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, engagements
from contracts.errors import CoachworksError, Conflict, Invalid, Limited, NotFound, Stale, Unavailable
from gateway import csrf, once
from gateway.api.problems import TITLES, flat, status_of
from gateway.asking import Json, ask, ask_all, identity
from gateway.portal import navigation
from gateway.typed import typed

_NO_ORGANISATION: Json = {"name": "Coachworks", "colour": "#0E6B56", "time_zone": "UTC"}


class Down(dict[str, Any]):
    """Stands for a part of a page whose service did not answer: empty in every way, `detail` says why."""

    def __init__(self, error: CoachworksError) -> None:
        super().__init__(items=[], next=None, detail=error.detail)

    def __bool__(self) -> bool:
        return False


class Answers:
    """What one round of questions brought."""

    def __init__(self, asked: Mapping[str, tuple[Call, Json]], found: Mapping[str, Any]) -> None:
        self._asked = asked
        self._found = found

    def need(self, name: str) -> Any:
        """An answer that the page is nothing without; raises what it ended in."""
        found = self._found[name]
        if isinstance(found, CoachworksError):
            raise found
        return typed(self._asked[name][0], found)

    def part(self, name: str) -> Any:
        """An answer that only a part of the page shows: a `Down` if its service does not answer."""
        found = self._found[name]
        return Down(found) if isinstance(found, Unavailable) else self.need(name)

    def beside(self, name: str) -> Any:
        """An answer of which only a number is shown, beside a link; empty if there is none, whatever the reason."""
        found = self._found[name]
        return {} if isinstance(found, CoachworksError) else found

    def why_not(self, name: str) -> str:
        """The sentence of what an answer ended in; empty if there is one."""
        found = self._found[name]
        return found.detail if isinstance(found, CoachworksError) else ""

    def items(self, name: str) -> Any:
        """The items of a list that only a part of the page shows, or a `Down`."""
        found = self.part(name)
        return found if isinstance(found, Down) else found["items"]


def in_dialog() -> bool:
    """htmx asks for the inside of the page's dialog."""
    return request.headers.get("HX-Target") == "dialog"


def look(**asked: tuple[Call, Json]) -> Answers:
    """One round of parallel queries; whatever else a page needs (the organisation's name) is in the first one."""
    wanted: dict[str, tuple[Call, Json]] = dict(asked)
    if "organisation" not in g and not in_dialog():
        wanted["organisation"] = _organisation_call()
    found = ask_all(wanted)
    if "organisation" in found:
        organisation = found["organisation"]
        g.organisation = _NO_ORGANISATION if isinstance(organisation, CoachworksError) else organisation
    return Answers(wanted, found)


def without_organisation() -> None:
    """Asks nobody for the organisation's name: on the page that says that nobody answers."""
    g.setdefault("organisation", _NO_ORGANISATION)


def _organisation_call() -> tuple[Call, Json]:
    call = engagements.get_organisation if identity() else engagements.public_organisation
    return (call, {})


def page(template: str, *, status: int = 200, **values: Any) -> Response:
    """The page; a template finds `values` and `errors` of a form empty unless they are given."""
    if "organisation" not in g and not in_dialog():
        look()
    who = identity()
    common: dict[str, Any] = {
        "organisation": g.get("organisation", _NO_ORGANISATION),
        "status": status,
        "me": who.person if who else None,
        "nav": navigation.links(who, request.path),
        "account_nav": navigation.account_links(who),
        "theme": request.cookies.get("theme", "system"),
        "toasts": [] if in_dialog() else get_flashed_messages(),
        "in_dialog": in_dialog(),
        "values": {},
        "errors": {},
        "problem": None,
    }
    return Response(
        render_template(template, **{**common, **values}), status=status, content_type="text/html; charset=utf-8"
    )


def done(address: str, toast: str = "", *, undo_url: str = "", show_url: str = "") -> Response:
    """After a form: on to `address` (303, or by htmx), where `toast` says what was done."""
    if toast:
        flash({"text": toast, "undo_url": undo_url, "show_url": show_url})  # type: ignore[arg-type]
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)  # type: ignore[return-value]


#: What a form shows beside its fields instead of an error page.
_SHOWN_IN_FORM = (Invalid, Conflict, Limited, Stale, Unavailable)


def attempt(
    call: Call, given: Json, succeed: Callable[[Any], ResponseReturnValue], again: Callable[..., ResponseReturnValue]
) -> ResponseReturnValue:
    """Makes the call that a form is for: `succeed(answer)`, or `again(status=, errors=, problem=, values=)`, which is
    the form once more with what was typed and what is wrong with it. A form with a `version` changes no newer one."""
    try:
        answer = ask(call, given, if_match=request.form.get("version", type=int))
    except (*_SHOWN_IN_FORM, NotFound) as error:
        return once_more(error, again)
    return succeed(typed(call, answer))


def once_more(error: CoachworksError, again: Callable[..., ResponseReturnValue]) -> ResponseReturnValue:
    """The form as `again` shows it, with what was typed and what is wrong with it."""
    # What was chosen may be gone; if what the form is about is gone, `again` does not find it either: 404.
    status = 409 if isinstance(error, NotFound) else status_of(error)
    return again(status=status, values=typed_values(), errors=flat(error.errors), problem=problem(error))


def act(call: Call, given: Json, address: str, toast: str, **links: str) -> ResponseReturnValue:
    """A button that does one thing at once: back to `address` with `toast`, or with what refused it."""
    try:
        ask(call, given)
    except _SHOWN_IN_FORM as error:
        return refused(error, address)
    return done(address, toast, **links)


def put_in_order(call: Call, id: UUID) -> ResponseReturnValue:
    """The new order of a list: `ids` of a form, or as JSON of a list that was dragged, which is answered with 204."""
    if request.is_json:
        given = request.get_json()
        ask(call, {"id": str(id), "ids": given.get("ids") if isinstance(given, dict) else None})
        return "", 204
    return act(call, {"id": str(id), "ids": request.form.getlist("ids")}, came_from() or "/", "Moved")


def refused(error: CoachworksError, address: str) -> Response:
    """Back to `address`, where a toast says why nothing was done."""
    rule = f" (Rule {error.rule})" if error.rule else ""
    flash({"text": f"{error.detail}{rule}", "failed": True})  # type: ignore[arg-type]
    return done(address)


def problem(error: CoachworksError) -> Json | None:
    """What a form says above its fields; nothing where each error has a field of its own."""
    if isinstance(error, Invalid) and error.errors and "_schema" not in error.errors:
        return None
    status = status_of(error)
    return {"title": error.detail, "detail": "", "rule": error.rule, "status": status, "kind": TITLES[status]}


def typed_values() -> Json:
    """What was typed, passwords apart."""
    return {name: value for name, value in request.form.items() if name not in {"password", csrf.FIELD, once.FIELD}}


def form(*names: str) -> Json:
    """The named fields as they were typed, trimmed; one that is not in the form is left out."""
    return {name: request.form[name].strip() for name in names if name in request.form}


def filled(*names: str) -> Json:
    """Like `form`, without what is empty: for calls where a left-out field has a meaning."""
    return {name: value for name, value in form(*names).items() if value}


def nullable(*names: str) -> Json:
    """Like `form`, with None for what is empty: for changes that may empty a field."""
    return {name: value or None for name, value in form(*names).items()}


def whole(given: Json) -> Json:
    """Digits as numbers, as the schemas want them; all else stays as it was typed, to be refused beside its field."""
    return {
        name: int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value
        for name, value in given.items()
    }


def query(*names: str) -> Json:
    """The named query parameters that are not empty: a list's filters, kept in its address."""
    return {name: request.args[name].strip() for name in names if request.args.get(name, "").strip()}


def choices(people: Iterable[Json]) -> list[tuple[str, str]]:
    """People or programs as options of a field: `[(id, name)]`."""
    return [(one["id"], one["name"]) for one in people]


def pager(found: Any, names: tuple[str, ...] = ()) -> Json:
    """`next_href` and `first_href` of a list: its own address with its filters (`names`) and the cursor."""
    filters = query(*names)
    following = found.get("next")
    return {
        "next_href": f"{request.path}?{urlencode({**filters, 'cursor': following})}" if following else None,
        "first_href": f"{request.path}?{urlencode(filters)}".removesuffix("?") if request.args.get("cursor") else None,
    }


def one_of(things: Iterable[Json], id: UUID) -> Json:
    """The one with that id of a list that an answer holds; raises `NotFound`."""
    for thing in things:
        if thing["id"] == str(id):
            return thing
    raise NotFound("There is no such page.")


def safe_address(address: str) -> str:
    r"""`address` if it is a path of ours, else the start: never another site (`//evil`, `/\evil`, `https:`)."""
    return address if re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", address) else "/"


def came_from() -> str | None:
    """The path of the page of ours that sent this form, if the browser says so."""
    referrer = urlsplit(request.referrer or "")
    return safe_address(referrer.path) if referrer.netloc == request.host else None
