"""Invoices and payments (API.md)."""

from __future__ import annotations

import base64
from io import BytesIO
from uuid import UUID

from flask import send_file
from flask.typing import ResponseReturnValue

from contracts.calls import billing as calls
from gateway.api.expose import ApiRequest, Routes

routes = Routes("Invoices")

routes.post("/engagements/<uuid:engagement_id>/invoices", calls.create_invoice, status=201)
routes.get("/engagements/<uuid:engagement_id>/invoices", calls.list_engagement_invoices)
routes.get("/invoices", calls.list_invoices)
routes.get("/invoices/<uuid:id>", calls.get_invoice)
routes.patch("/invoices/<uuid:id>", calls.update_invoice)
routes.delete("/invoices/<uuid:id>", calls.delete_invoice)
routes.post("/invoices/<uuid:id>/send", calls.send_invoice, status=202)
routes.post("/invoices/<uuid:id>/mark-paid", calls.mark_invoice_paid)
routes.post("/invoices/<uuid:id>/payments", calls.record_payment, status=201)
routes.post("/invoices/<uuid:id>/void", calls.void_invoice)
routes.delete("/payments/<uuid:id>", calls.delete_payment)


@routes.view("GET", "/invoices/<uuid:id>/pdf", calls.invoice_pdf, produces="application/pdf")
def invoice_pdf(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """The invoice as a PDF."""
    pdf = api.ask(calls.invoice_pdf, {"id": str(id), **api.query()})
    content = BytesIO(base64.b64decode(pdf["content"]))
    return send_file(content, mimetype="application/pdf", as_attachment=True, download_name=pdf["filename"])
