"""The editor of an invoice's draft."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from contracts.calls import Call, engagements, logos
from contracts.calls import billing as calls
from contracts.currency import DECIMALS
from gateway.asking import Json
from gateway.portal import clock, show
from gateway.portal.filters import plain_number
from gateway.portal.pages import STAFF, Pages

pages = Pages()

CURRENCIES = [(code, code) for code in sorted(DECIMALS)]
PAPERS = [("a4", "A4"), ("letter", "Letter")]
_LINE = ("description", "quantity", "unit_price", "tax_rate", "discount_rate", "session_id")
_OPTIONAL = ("tax_rate", "discount_rate", "session_id")


@pages.get("/engagements/<uuid:id>/invoices/new", STAFF)
def new_invoice(id: UUID) -> ResponseReturnValue:
    found = show.look(**_around(str(id)), organisation=(engagements.get_organisation, {}))
    about, organisation = found.need("engagement"), found.need("organisation")
    client = show.look(client=(engagements.get_client, {"id": about["client"]["id"]})).need("client")
    due_days = organisation["invoice_due_days"]
    values = {
        "bill_name": client["company"] or client["name"],
        "bill_email": client["email"],
        "currency": organisation["currency"],
        "due_date": _in_a_fortnight() if due_days is None else "",
        "due_days": due_days,
        "lines": [{**dict.fromkeys(_LINE, ""), "description": about["program_name"], "quantity": "1"}],
    }
    return _editor(found, None, {"values": values})


def _in_a_fortnight() -> str:
    return (clock.local(clock.now()).date() + dt.timedelta(days=14)).isoformat()


@pages.post("/engagements/<uuid:id>/invoices", STAFF)
def create_invoice(id: UUID) -> ResponseReturnValue:
    def again(**again: Any) -> ResponseReturnValue:
        return _editor(show.look(**_around(str(id))), None, _in_form(again))

    return show.attempt(calls.create_invoice, {"engagement_id": str(id), **_content()}, _saved, again)


@pages.get("/invoices/<uuid:id>/edit", STAFF)
def edit_form(id: UUID) -> ResponseReturnValue:
    draft = show.look(invoice=(calls.get_invoice, {"id": str(id)})).need("invoice")
    if draft["state"] != "draft":
        return show.done(f"/invoices/{id}")
    values = {
        "bill_name": draft["bill_to"]["name"],
        "bill_email": draft["bill_to"]["email"],
        "bill_address": draft["bill_to"]["address"],
        "currency": draft["currency"],
        "due_date": draft["due_date"],
        "due_days": draft["due_days"],
        "purchase_order": draft["purchase_order"],
        "paper": draft["paper"],
        "discount_rate_of_all": _percent_as_typed(draft["discount_rate"]),
        "notes": draft["notes"],
        "card_payment": draft["card_payment"],
        "copy_to": ", ".join(draft["copy_to"]),
        "lines": [_line_as_typed(line) for line in draft["lines"]],
    }
    return _editor_of(draft, {"values": values})


@pages.post("/invoices/<uuid:id>/edit", STAFF)
def edit(id: UUID) -> ResponseReturnValue:
    def again(**again: Any) -> ResponseReturnValue:
        draft = show.look(invoice=(calls.get_invoice, {"id": str(id)})).need("invoice")
        return _editor_of(draft, _in_form(again))

    return show.attempt(calls.update_invoice, {"id": str(id), **_content()}, _saved, again)


def _editor_of(draft: Json, again: Json) -> ResponseReturnValue:
    return _editor(show.look(**_around(draft["engagement_id"])), draft, again)


def _around(engagement_id: str) -> dict[str, tuple[Call, Json]]:
    """What the editor shows besides the draft."""
    return {
        "engagement": (engagements.get_engagement, {"id": engagement_id}),
        "sessions": (calls.list_billable_sessions, {"engagement_id": engagement_id}),
        "logo": (logos.get_logo, {}),
    }


def _editor(found: show.Answers, draft: Json | None, again: Json) -> ResponseReturnValue:
    return show.page(
        "pages/invoice_edit.html",
        engagement=found.need("engagement"),
        sessions=found.items("sessions"),
        logo=found.beside("logo"),
        invoice=draft,
        currencies=CURRENCIES,
        papers=PAPERS,
        **again,
    )


def _saved(draft: Json) -> ResponseReturnValue:
    if request.form.get("then") == "send":
        return show.done(f"/invoices/{draft['id']}/send")
    return show.done(f"/invoices/{draft['id']}/edit", "Saved")


def _content() -> Json:
    """The form as the contract's `InvoiceContent`."""
    lines = [{**line, **{name: line[name] or None for name in _OPTIONAL}} for line in _typed_lines()]
    form = request.form
    return {
        "currency": form.get("currency", ""),
        "lines": lines,
        "discount_rate": form.get("discount_rate_of_all", "").strip().replace(",", ".") or None,
        "card_payment": "card_payment" in form,
        "bill_to": {
            "name": form.get("bill_name", "").strip(),
            "email": form.get("bill_email", "").strip(),
            "address": form.get("bill_address", "").strip() or None,
        },
        "copy_to": [address for address in (one.strip() for one in form.get("copy_to", "").split(",")) if address],
        **show.nullable("due_date", "notes", "purchase_order", "paper"),
        **show.nullable("due_days"),
        **show.whole(show.filled("due_days")),
    }


def _typed_lines() -> list[dict[str, str]]:
    """The rows of the form, a decimal comma as a point; one without words and without a price is left out."""
    rows = zip(*([typed.strip() for typed in request.form.getlist(name)] for name in _LINE), strict=False)
    return [
        {
            "description": words,
            **{name: typed.replace(",", ".") for name, typed in zip(_LINE[1:], others, strict=True)},
        }
        for words, *others in rows
        if words or others[1]
    ]


def _line_as_typed(line: Json) -> dict[str, Any]:
    return {
        "description": line["description"],
        "quantity": plain_number(line["quantity"]),
        "unit_price": f"{line['unit_price']:f}",
        "tax_rate": _percent_as_typed(line["tax_rate"]),
        "discount_rate": _percent_as_typed(line["discount_rate"]),
        "session_id": line["session_id"],
    }


def _percent_as_typed(rate: Any) -> str | None:
    return None if rate is None else plain_number(rate)


def _in_form(again: Json) -> Json:
    """The form's own names for what the schema calls `bill_to.name` and `lines.0.quantity`."""
    errors: Json = {}
    for name, messages in again["errors"].items():
        first, *rest = name.split(".")
        if first == "lines" and len(rest) == 2:
            errors.setdefault("lines", {}).setdefault(rest[0], {})[rest[1]] = messages
        elif first == "discount_rate":
            errors["discount_rate_of_all"] = messages
        elif first == "bill_to" and rest:
            errors[f"bill_{rest[0]}"] = messages
        else:
            errors[first] = messages
    lines = _typed_lines() or [dict.fromkeys(_LINE, "")]
    return {**again, "errors": errors, "values": {**again["values"], "lines": lines}}
