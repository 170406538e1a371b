"""Invoices, credit notes and payments (API.md)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from io import BytesIO
from uuid import UUID

from flask import Response, jsonify, redirect, request, send_file
from flask.typing import ResponseReturnValue

from contracts.actor import ANYONE
from contracts.calls import Call, cards, credit_notes, installments, logos
from contracts.calls import billing as calls
from contracts.errors import Malformed
from gateway.api.expose import ApiRequest, Routes
from gateway.asking import Json, ask
from gateway.files import LARGEST_LOGO_FORM, picture
from gateway.spreadsheet import harmless, table

routes = Routes("Invoices")

routes.post("/engagements/<uuid:engagement_id>/invoices", calls.create_invoice, status=201)
routes.get("/engagements/<uuid:engagement_id>/invoices", calls.list_engagement_invoices)
routes.get("/invoices", calls.list_invoices)
routes.get("/invoices/totals", calls.invoice_totals)
routes.get("/clients/<uuid:id>/statement", calls.client_statement)
routes.get("/invoices/<uuid:id>", calls.get_invoice)
routes.patch("/invoices/<uuid:id>", calls.update_invoice)
routes.delete("/invoices/<uuid:id>", calls.delete_invoice)
routes.post("/invoices/<uuid:id>/send", calls.send_invoice, status=202)
routes.post("/invoices/<uuid:id>/remind", calls.remind_invoice, status=202)
routes.post("/invoices/<uuid:id>/reminders", calls.switch_on_invoice_reminders)
routes.post("/invoices/<uuid:id>/stop-reminders", calls.stop_invoice_reminders)
routes.post("/invoices/<uuid:id>/mark-paid", calls.mark_invoice_paid)
routes.post("/invoices/<uuid:id>/payments", calls.record_payment, status=201)
routes.post("/invoices/<uuid:id>/void", calls.void_invoice)
routes.post("/invoices/<uuid:id>/replace", calls.replace_invoice, status=201)
routes.get("/engagements/<uuid:engagement_id>/billable-sessions", calls.list_billable_sessions)
routes.delete("/payments/<uuid:id>", calls.delete_payment)
routes.post("/invoices/<uuid:id>/credit-notes", credit_notes.issue_credit_note, status=201)
routes.post("/invoices/<uuid:id>/credit-notes/preview", credit_notes.preview_credit_note)
routes.get("/credit-notes", credit_notes.list_credit_notes)
routes.get("/credit-notes/<uuid:id>", credit_notes.get_credit_note)
routes.post("/engagements/<uuid:engagement_id>/installments", installments.set_up_installments, status=201)
routes.get("/engagements/<uuid:engagement_id>/installments", installments.list_installments)
routes.post("/installments/<uuid:id>/stop", installments.stop_installments)
routes.delete("/organisation/logo", logos.remove_logo)
routes.get("/stripe-events", cards.list_stripe_events)
routes.post("/stripe-events/<id>/retry", cards.retry_stripe_event)


_COLUMNS = ("id", "number", "state", "client", "engagement", "bill_to", "issued_on", "due_date", "currency")
_STATED = ("total", "paid", "balance", "credit", "refunded", "withdrawn", "credited")
_AMOUNTS = ("subtotal", "discount", "tax", "total", "paid", "balance", "credit", "credited")


@routes.view("GET", "/invoices.csv", calls.list_invoices, produces="text/csv")
def invoices_csv(api: ApiRequest) -> ResponseReturnValue:
    """The invoices as a table for a spreadsheet"""
    return invoices_table(api.query())


def invoices_table(filters: Json) -> Response:
    """A line for each invoice that whoever asks sees, all pages of the list; amounts are plain decimals."""
    return table("invoices.csv", _invoice_rows(filters))


def _invoice_rows(filters: Json) -> Iterator[list[str]]:
    found = _all(calls.list_invoices, filters)
    yield [*_COLUMNS, *_AMOUNTS]
    for invoice in found:
        yield [
            invoice["id"],
            harmless(invoice["number"] or ""),
            invoice["state"],
            *_names(invoice),
            *(invoice[name] or "" for name in ("issued_on", "due_date", "currency", *_AMOUNTS)),
        ]


def _all(call: Call, filters: Json) -> Iterator[Json]:
    """What all pages of a list hold; the first one is fetched at once."""
    given = {"limit": 200, **filters}
    return _from_page_on(call, given, ask(call, given))


def _from_page_on(call: Call, given: Json, page: Json) -> Iterator[Json]:
    yield from page["items"]
    while page["next"] is not None:
        page = ask(call, {**given, "cursor": page["next"]})
        yield from page["items"]


def _names(of: Json) -> list[str]:
    return [harmless(name) for name in (of["client"]["name"], of["program_name"], of["bill_to"]["name"])]


@routes.view("GET", "/credit-notes.csv", credit_notes.list_credit_notes, produces="text/csv")
def credit_notes_csv(api: ApiRequest) -> ResponseReturnValue:
    """The credit notes as a table for a spreadsheet"""
    return credit_notes_table(api.query())


def credit_notes_table(filters: Json) -> Response:
    """A line for each credit note that whoever asks sees; amounts are those that are taken off."""
    return table("credit-notes.csv", _credit_note_rows(filters))


def _credit_note_rows(filters: Json) -> Iterator[list[str]]:
    amounts = ("subtotal", "discount", "tax", "total")
    found = _all(credit_notes.list_credit_notes, filters)
    yield ["id", "number", "invoice", "client", "engagement", "bill_to", "issued_on", "currency", *amounts, "reason"]
    for note in found:
        yield [
            note["id"],
            harmless(note["number"]),
            harmless(note["invoice"]["number"]),
            *_names(note),
            *(note[name] for name in ("issued_on", "currency", *amounts)),
            harmless(note["reason"] or ""),
        ]


@routes.view("GET", "/invoices/<uuid:id>/pdf", calls.invoice_pdf, produces="application/pdf")
def invoice_pdf(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The invoice as a PDF."""
    return sent_pdf(api.ask(calls.invoice_pdf, {"id": str(id), **api.query()}))


@routes.view(
    "POST",
    "/invoices/<uuid:id>/credit-notes/preview.pdf",
    credit_notes.preview_credit_note_pdf,
    produces="application/pdf",
)
def preview_credit_note_pdf(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The PDF of a credit note as it would be issued now"""
    return sent_pdf(api.ask(credit_notes.preview_credit_note_pdf, {**api.json(), "id": str(id)}))


@routes.view("GET", "/credit-notes/<uuid:id>/pdf", credit_notes.credit_note_pdf, produces="application/pdf")
def credit_note_pdf(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The credit note as a PDF."""
    return sent_pdf(api.ask(credit_notes.credit_note_pdf, {"id": str(id), **api.query()}))


def sent_pdf(pdf: Json, *, shown: bool = False) -> Response:
    """A PDF that billing has answered, as a file: to be saved, or to be `shown` in its place."""
    content = BytesIO(base64.b64decode(pdf["content"]))
    return send_file(content, mimetype="application/pdf", as_attachment=not shown, download_name=pdf["filename"])


@routes.view("PUT", "/organisation/logo", logos.put_logo, consumes="multipart/form-data", largest=LARGEST_LOGO_FORM)
def put_logo(api: ApiRequest) -> ResponseReturnValue:
    """The logo on invoices and statements from now on: `file`, PNG or JPEG, at most 1 MiB."""
    return jsonify(api.ask(logos.put_logo, {"file": picture(), **api.query()}))


@routes.view("GET", "/organisation/logo", logos.get_logo, produces="image/png")
def get_logo(api: ApiRequest) -> ResponseReturnValue:
    """The logo as it is printed."""
    return Response(base64.b64decode(api.ask(logos.get_logo, api.query())["content"]), mimetype="image/png")


@routes.view("GET", "/clients/<uuid:id>/statement.pdf", calls.client_statement_pdf, produces="application/pdf")
def statement_pdf(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The statement as a PDF"""
    return sent_pdf(api.ask(calls.client_statement_pdf, {"id": str(id), **api.query()}))


@routes.view("GET", "/clients/<uuid:id>/statement.csv", calls.client_statement, produces="text/csv")
def statement_csv(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The statement as a table for a spreadsheet"""
    return statement_table(api.ask(calls.client_statement, {"id": str(id), **api.query()}))


def statement_table(statement: Json) -> Response:
    """A line for each invoice, each credit note and each payment, by currency, the oldest first."""
    return table("statement.csv", _statement_rows(statement))


def _statement_rows(statement: Json) -> Iterator[list[str]]:
    yield ["kind", "date", "invoice", "state", "due_date", "method", "reference", "currency", *_STATED, "credit_note"]
    for of in statement["currencies"]:
        numbers = {invoice["id"]: harmless(invoice["number"]) for invoice in of["invoices"]}
        for invoice in of["invoices"]:
            said = (invoice["issued_on"], numbers[invoice["id"]], invoice["state"], invoice["due_date"] or "", "", "")
            amounts = (*(invoice[name] for name in _STATED[:4]), "", "", invoice["credited"])
            yield ["invoice", *said, of["currency"], *amounts, ""]
        for note in of["credit_notes"]:
            said = (note["issued_on"], numbers[note["invoice_id"]], "", "", "", "")
            yield ["credit_note", *said, of["currency"], *[""] * 6, note["total"], harmless(note["number"])]
        for payment in of["payments"]:
            words = (harmless(payment["method"]), harmless(payment["reference"] or ""))
            amounts = ("", payment["amount"], "", "", payment["refunded"], payment["withdrawn"], "")
            date = payment["paid_at"][:10]
            yield ["payment", date, numbers[payment["invoice_id"]], "", "", *words, of["currency"], *amounts, ""]


@routes.view("GET", "/public/pay/<token>", cards.open_pay_link, status=303)
def pay(api: ApiRequest, token: str) -> ResponseReturnValue:
    """Leads to the page where Stripe takes the payment"""
    answer = api.ask(cards.open_pay_link, {"token": token, **api.query()})
    return redirect(answer["url"], 303)


@routes.view("POST", "/webhooks/stripe", roles=ANYONE)
def stripe_webhook(api: ApiRequest) -> ResponseReturnValue:
    """What Stripe tells, signed in the header Stripe-Signature"""
    try:
        payload = request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The body is no JSON in UTF-8.") from None
    signature = request.headers.get("Stripe-Signature", "")
    api.ask(cards.take_stripe_event, {"payload": payload, "signature": signature})
    return {}
