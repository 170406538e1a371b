"""The organisation and the tokens of integrations, for admins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import engagements as calls
from contracts.calls import logos
from contracts.errors import Invalid
from gateway.api.problems import status_of
from gateway.asking import Json
from gateway.files import LARGEST_LOGO_FORM, picture
from gateway.portal import clock, show
from gateway.portal.invoice_editor import CURRENCIES, PAPERS
from gateway.portal.pages import ADMIN, Pages

pages = Pages()

_SWITCHES = ("cancellations_to_internal_records", "no_show_counts", "late_changes_count")


@pages.get("/settings", ADMIN)
def settings() -> ResponseReturnValue:
    return _settings()


def _settings(*, values: Json | None = None, **again: Any) -> ResponseReturnValue:
    """With the organisation's own values, unless others were typed."""
    found = show.look(organisation=(calls.get_organisation, {}), logo=(logos.get_logo, {}))
    organisation = found.need("organisation")
    minutes = ", ".join(str(minutes) for minutes in organisation["reminder_minutes"])
    return show.page(
        "pages/settings.html",
        currencies=CURRENCIES,
        papers=PAPERS,
        logo=found.beside("logo"),
        values=values or {**organisation, "reminder_minutes": minutes},
        **again,
    )


@pages.post("/settings", ADMIN)
def change_settings() -> ResponseReturnValue:
    reminders = [
        typed for typed in (one.strip() for one in request.form.get("reminder_minutes", "").split(",")) if typed
    ]
    given = {
        **show.form(
            "name", "time_zone", "colour", "currency", "invoice_number_format", "invoice_details", "invoice_paper"
        ),
        **show.whole(show.form("quiet_after_weeks")),
        **show.nullable("invoice_due_days"),
        **show.whole(show.filled("invoice_due_days")),
        "reminder_minutes": [show.whole({"minutes": typed})["minutes"] for typed in reminders],
        **{name: name in request.form for name in _SWITCHES},
    }
    return show.attempt(calls.update_organisation, given, lambda _: show.done("/settings", "Saved"), _settings_again)


def _settings_again(**again: Any) -> ResponseReturnValue:
    """The list of minutes is one field: an error of one of them stands beside it."""
    errors: dict[str, list[str]] = {}
    for name, messages in again["errors"].items():
        errors.setdefault(name.split(".")[0], []).extend(messages)
    return _settings(**{**again, "errors": errors})


@pages.post("/settings/logo", ADMIN, largest=LARGEST_LOGO_FORM)
def put_logo() -> ResponseReturnValue:
    try:
        given = {"file": picture()}
    except Invalid as error:
        return _settings(status=status_of(error), errors=error.errors)
    return show.attempt(logos.put_logo, given, lambda _: show.done("/settings", "The logo is saved."), _logo_again)


def _logo_again(*, values: Json, **again: Any) -> ResponseReturnValue:
    return _settings(**again)


@pages.get("/settings/logo/remove", ADMIN)
def ask_to_remove_logo() -> ResponseReturnValue:
    return show.page("pages/logo_remove.html")


@pages.post("/settings/logo/remove", ADMIN)
def remove_logo() -> ResponseReturnValue:
    return show.act(logos.remove_logo, {}, "/settings", "The logo is removed.")


# API tokens -------------------------------------------------------------------------------------------------------


@pages.get("/settings/tokens", ADMIN)
def tokens() -> ResponseReturnValue:
    return _tokens()


def _tokens(**values: Any) -> ResponseReturnValue:
    listed = show.look(tokens=(calls.list_api_tokens, show.query("cursor"))).need("tokens")
    return show.page("pages/api_tokens.html", tokens=listed, **show.pager(listed), **values)


@pages.post("/settings/tokens", ADMIN)
def create_token() -> ResponseReturnValue:
    """Shown once, on the page that answers the form: a redirect would have to keep the token somewhere."""
    given: Json = show.filled("name", "role")
    if until := request.form.get("expires_at", "").strip():
        given["expires_at"] = clock.instant_of(f"{until}T23:59:59")
    return show.attempt(calls.create_api_token, given, lambda made: _tokens(new_token=made), _tokens)


@pages.post("/settings/tokens/<uuid:id>/delete", ADMIN)
def delete_token(id: UUID) -> ResponseReturnValue:
    return show.act(calls.delete_api_token, {"id": str(id)}, "/settings/tokens", "The token no longer works.")
