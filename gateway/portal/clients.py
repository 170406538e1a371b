"""Clients: the list, import from CSV, and the page of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, billing, notifications
from contracts.calls import engagements as calls
from contracts.errors import CoachworksError, Invalid, Unavailable
from gateway.api.problems import flat, status_of
from gateway.asking import Json, ask, identity
from gateway.portal import show
from gateway.portal.pages import STAFF, Pages

pages = Pages()

_LARGEST_CSV = 16 * 1024 * 1024  # 5 million characters, percent-encoded
_EVERY_COACH = (calls.list_coaches, {"limit": 200})


def coaches_if_admin() -> dict[str, tuple[Call, Json]]:
    """Only admins choose a coach: the question for whom to choose among, or none."""
    who = identity()
    return {"coaches": _EVERY_COACH} if who and who.role == "admin" else {}


def coach_choices(found: show.Answers) -> list[tuple[str, str]]:
    """`[(id, name)]` of those who work here; empty for a coach."""
    if not coaches_if_admin():
        return []
    return show.choices(coach for coach in found.part("coaches")["items"] if coach["state"] != "deactivated")


@pages.get("/clients", STAFF)
def clients() -> ResponseReturnValue:
    filters = ("q", "portal", "coach_id")
    found = show.look(clients=(calls.list_clients, show.query(*filters, "cursor")), **coaches_if_admin())
    listed = found.part("clients")
    return show.page(
        "pages/clients.html",
        clients=listed,
        coaches=coach_choices(found),
        query=show.query(*filters, "cursor"),
        **show.pager(listed, filters),
    )


@pages.get("/clients/new", STAFF)
def new_client() -> ResponseReturnValue:
    return _new_client()


def _new_client(**again: Any) -> ResponseReturnValue:
    found = show.look(organisation=(calls.get_organisation, {}), **coaches_if_admin())
    return show.page("pages/client_new.html", coaches=coach_choices(found), **again)


@pages.post("/clients/new", STAFF)
def add_client() -> ResponseReturnValue:
    given = show.filled("name", "email", "company", "phone", "time_zone", "coach_id")
    return show.attempt(
        calls.add_client,
        given,
        lambda client: show.done(f"/clients/{client['id']}", f"{client['name']} is added. Nobody was mailed."),
        _new_client,
    )


@pages.get("/clients/import", STAFF)
def import_form() -> ResponseReturnValue:
    return show.page("pages/client_import.html")


@pages.post("/clients/import", STAFF, largest=_LARGEST_CSV)
def import_clients() -> ResponseReturnValue:
    """Two steps: a preview of the file, then the import of just that text."""
    is_preview = request.form.get("step") == "preview"
    try:
        content = _uploaded_text() if is_preview else request.form.get("content", "")
        answer = ask(calls.import_clients, {"content": content, "preview": is_preview})
    except (Invalid, Unavailable) as error:
        return _import_again(error)
    if is_preview:
        return show.page("pages/client_import.html", preview=answer, content=content)
    return show.page("pages/client_import.html", result=answer)


def _uploaded_text() -> str:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("No file was chosen.", errors={"content": ["Choose a file first."]})
    try:
        return file.stream.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("The file is no text.", errors={"content": ["The file must be text in UTF-8."]}) from None


def _import_again(error: CoachworksError) -> ResponseReturnValue:
    return show.page(
        "pages/client_import.html",
        status=status_of(error),
        errors=flat(error.errors),
        problem=show.problem(error),
    )


# One client -------------------------------------------------------------------------------------------------------


def record(id: UUID, tab: str, **asked: tuple[Call, Json]) -> tuple[show.Answers, Json]:
    """One round for a client's page: `asked`, and what its header and sub-menu show."""
    round_: dict[str, tuple[Call, Json]] = {
        "client": (calls.get_client, {"id": str(id)}),
        "engagements": (calls.list_client_engagements, {"id": str(id), "limit": 200}),
        "invoices": (billing.list_invoices, {"client_id": str(id), "limit": 1}),
        "mail": (notifications.list_notifications, {"client_id": str(id), "limit": 1}),
    }
    found = show.look(**{**round_, **asked})
    client, engagements = found.need("client"), found.part("engagements")
    open_ones = [one["id"] for one in engagements["items"] if one["status"] != "completed"]
    tabs = (
        ("Engagements", "", "compass", len(engagements["items"])),
        ("Notes", "/notes", "notes", None),
        ("Invoices", "/invoices", "receipt", found.beside("invoices").get("total")),
        ("Mail log", "/mail", "mail", sum(found.beside("mail").get("counts", {}).values())),
        ("Profile", "/profile", "user", None),
    )
    values = {
        "client": client,
        "engagements": engagements,
        "invite_to": open_ones[0] if open_ones else None,
        "tabs": [
            {"label": label, "href": f"/clients/{id}{path}", "icon": icon, "count": count, "current": label == tab}
            for label, path, icon, count in tabs
        ],
    }
    return found, values


@pages.get("/clients/<uuid:id>", STAFF)
def client(id: UUID) -> ResponseReturnValue:
    latest = (billing.list_invoices, {"client_id": str(id), "limit": 5})
    found, values = record(id, "Engagements", invoices=latest)
    return show.page("pages/client.html", invoices=found.items("invoices"), **values)


@pages.get("/clients/<uuid:id>/invoices", STAFF)
def client_invoices(id: UUID) -> ResponseReturnValue:
    given = {"client_id": str(id), **show.query("cursor")}
    found, values = record(id, "Invoices", invoices=(billing.list_invoices, given))
    invoices = found.part("invoices")
    return show.page("pages/client_invoices.html", invoices=invoices, **show.pager(invoices), **values)


@pages.get("/clients/<uuid:id>/mail", STAFF)
def client_mail(id: UUID) -> ResponseReturnValue:
    given = {"client_id": str(id), **show.query("cursor")}
    found, values = record(id, "Mail log", mail=(notifications.list_notifications, given))
    mail = found.part("mail")
    return show.page("pages/client_mail.html", notifications=mail, **show.pager(mail), **values)


@pages.get("/clients/<uuid:id>/profile", STAFF)
def profile(id: UUID) -> ResponseReturnValue:
    return _profile(id)


def _profile(id: UUID, **again: Any) -> ResponseReturnValue:
    found, values = record(id, "Profile", **coaches_if_admin())
    shown = {"values": values["client"], **again}
    return show.page("pages/client_profile.html", coaches=coach_choices(found), **values, **shown)


@pages.post("/clients/<uuid:id>/profile", STAFF)
def change_profile(id: UUID) -> ResponseReturnValue:
    given = {"id": str(id), **show.form("name", "email", "time_zone"), **show.nullable("company", "phone", "coach_id")}
    return show.attempt(
        calls.update_client,
        given,
        lambda client: show.done(f"/clients/{id}/profile", "Saved"),
        lambda **again: _profile(id, **again),
    )


@pages.post("/clients/<uuid:id>/disable", STAFF)
def disable_client(id: UUID) -> ResponseReturnValue:
    address = f"/clients/{id}"
    return show.act(
        calls.disable_client, {"id": str(id)}, address, "The portal is switched off.", undo_url=f"{address}/enable"
    )


@pages.post("/clients/<uuid:id>/enable", STAFF)
def enable_client(id: UUID) -> ResponseReturnValue:
    return show.act(calls.enable_client, {"id": str(id)}, f"/clients/{id}", "The portal is switched on.")
