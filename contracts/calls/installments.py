"""Calls about packages that are paid in instalments."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from marshmallow import fields, validate

from contracts.calls import command, query
from contracts.calls.billing import InvoiceTerms, OfEngagement, currency_code, percent
from contracts.schema import ById, DecimalText, Entity, Instant, Schema, text

EVERY = ("month", "week")


class NewInstallments(InvoiceTerms):
    """A package of `total`, before tax, in `count` instalments that add up to it to the cent. On the day of each an
    invoice is written: a draft, or with `send` one that is sent, on behalf of who set this up. `first_due` is the
    first of these days; when an invoice is to be paid follows from `due_days`, as for any."""

    engagement_id = fields.UUID(required=True)
    description = text(900, required=True, metadata={"description": "the line of each invoice, with its place behind"})
    total = DecimalText(required=True, minimum=Decimal(0), places=3)
    currency = currency_code(required=True)
    count = fields.Integer(required=True, strict=True, validate=validate.Range(2, 60))
    first_due = fields.Date(required=True, validate=validate.Range(max=dt.date(2999, 12, 31), error="Too far away."))
    every = fields.String(required=True, validate=validate.OneOf(EVERY))
    tax_rate = percent(load_default=None)
    send = fields.Boolean(load_default=False)


class Installment(Schema):
    ordinal = fields.Integer(required=True)
    on = fields.Date(required=True)
    amount = DecimalText(required=True)
    invoice_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null until its day; a draft may be gone since"}
    )


class InstallmentPlan(Entity):
    engagement_id = fields.UUID(required=True)
    description = fields.String(required=True)
    total = DecimalText(required=True)
    currency = fields.String(required=True)
    every = fields.String(required=True, metadata={"enum": EVERY})
    send = fields.Boolean(required=True)
    stopped_at = Instant(required=True, allow_none=True)
    installments = fields.List(fields.Nested(Installment), required=True)


class InstallmentPlans(Schema):
    items = fields.List(fields.Nested(InstallmentPlan), required=True)


set_up_installments = command("billing.set_up_installments", NewInstallments, InstallmentPlan)
list_installments = query("billing.list_installments", OfEngagement, InstallmentPlans)
stop_installments = command("billing.stop_installments", ById, InstallmentPlan)
