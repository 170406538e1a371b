"""Invoices and payments (API.md)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from io import BytesIO
from uuid import UUID

from flask import Response, redirect, request, send_file
from flask.typing import ResponseReturnValue

from contracts.actor import ANYONE
from contracts.calls import billing as calls
from contracts.calls import cards
from contracts.errors import Malformed
from gateway.api.expose import ApiRequest, Routes
from gateway.asking import Json, ask
from gateway.spreadsheet import harmless, table

routes = Routes("Invoices")

routes.post("/engagements/<uuid:engagement_id>/invoices", calls.create_invoice, status=201)
routes.get("/engagements/<uuid:engagement_id>/invoices", calls.list_engagement_invoices)
routes.get("/invoices", calls.list_invoices)
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
routes.get("/stripe-events", cards.list_stripe_events)
routes.post("/stripe-events/<id>/retry", cards.retry_stripe_event)


_COLUMNS = ("id", "number", "state", "client", "engagement", "bill_to", "issued_on", "due_date", "currency")
_AMOUNTS = ("subtotal", "discount", "tax", "total", "paid", "balance", "credit")


@routes.view("GET", "/invoices.csv", calls.list_invoices, produces="text/csv")
def invoices_csv(api: ApiRequest) -> ResponseReturnValue:
    """The invoices as a table for a spreadsheet"""
    return invoices_table(api.query())


def invoices_table(filters: Json) -> Response:
    """A line for each invoice that whoever asks sees, all pages of the list; amounts are plain decimals."""
    return table("invoices.csv", _invoice_rows(filters))


def _invoice_rows(filters: Json) -> Iterator[list[str]]:
    page = ask(calls.list_invoices, {"limit": 200, **filters})
    yield [*_COLUMNS, *_AMOUNTS]
    while True:
        for invoice in page["items"]:
            names = (invoice["client"]["name"], invoice["program_name"], invoice["bill_to"]["name"])
            yield [
                invoice["id"],
                harmless(invoice["number"] or ""),
                invoice["state"],
                *(harmless(name) for name in names),
                *(invoice[name] or "" for name in ("issued_on", "due_date", "currency", *_AMOUNTS)),
            ]
        if page["next"] is None:
            return
        page = ask(calls.list_invoices, {"limit": 200, **filters, "cursor": page["next"]})


@routes.view("GET", "/invoices/<uuid:id>/pdf", calls.invoice_pdf, produces="application/pdf")
def invoice_pdf(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The invoice as a PDF."""
    pdf = api.ask(calls.invoice_pdf, {"id": str(id), **api.query()})
    content = BytesIO(base64.b64decode(pdf["content"]))
    return send_file(content, mimetype="application/pdf", as_attachment=True, download_name=pdf["filename"])


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
