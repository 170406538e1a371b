"""Billing as data: what it answers, what it listens to, what it does by itself."""

from __future__ import annotations

from chassis.service import Every, On, Service
from contracts.calls import billing as calls
from services.billing.base import Base
from services.billing.copies import operations as copies
from services.billing.invoices import operations as invoices
from services.billing.payments import operations as payments
from services.billing.settings import Settings

service = Service(
    name="billing",
    base=Base,
    settings=Settings,
    answers={
        calls.create_invoice: invoices.create,
        calls.list_engagement_invoices: invoices.list_of_engagement,
        calls.list_invoices: invoices.list_all,
        calls.get_invoice: invoices.get,
        calls.update_invoice: invoices.update,
        calls.delete_invoice: invoices.delete,
        calls.send_invoice: invoices.send,
        calls.void_invoice: invoices.void,
        calls.invoice_pdf: invoices.invoice_pdf,
        calls.mark_invoice_paid: payments.mark_paid,
        calls.record_payment: payments.record,
        calls.delete_payment: payments.remove,
    },
    listens=[
        On("engagements.organisation.updated.v1", copies.organisation_changed),
        On("engagements.client.*.v1", copies.client_changed),
        On("engagements.engagement.*.v1", copies.engagement_changed),
        On("engagements.item.sent.v1", invoices.item_sent),
    ],
    every=[Every(60, invoices.mark_overdue)],
)
