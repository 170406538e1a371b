"""Billing as data: what it answers, what it listens to, what it does by itself."""

from __future__ import annotations

from chassis.service import Backlog, Every, Mirror, On, Service
from contracts.calls import billing as calls
from contracts.calls import cards as card_calls
from contracts.calls import credit_notes as credit_note_calls
from contracts.calls import erasures as erasure_calls
from contracts.calls import installments as installment_calls
from contracts.calls import logos as logo_calls
from services.billing.base import Base
from services.billing.cards import handling
from services.billing.cards import operations as cards
from services.billing.copies import operations as copies
from services.billing.credit_notes import operations as credit_notes
from services.billing.erasures import operations as erasures
from services.billing.facts import facts
from services.billing.installments import operations as installments
from services.billing.invoices import operations as invoices
from services.billing.invoices import overview, reminders, sessions, statement
from services.billing.logos import operations as logos
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
        calls.invoice_totals: overview.totals,
        calls.client_statement: statement.statement,
        calls.client_statement_pdf: statement.statement_pdf,
        calls.update_invoice: invoices.update,
        calls.delete_invoice: invoices.delete,
        calls.send_invoice: invoices.send,
        calls.remind_invoice: reminders.remind,
        calls.switch_on_invoice_reminders: reminders.switch_on,
        calls.stop_invoice_reminders: reminders.stop,
        calls.void_invoice: invoices.void,
        calls.replace_invoice: invoices.replace,
        calls.list_billable_sessions: sessions.list_billable,
        calls.invoice_pdf: invoices.invoice_pdf,
        calls.mark_invoice_paid: payments.mark_paid,
        calls.record_payment: payments.record,
        calls.delete_payment: payments.remove,
        credit_note_calls.issue_credit_note: credit_notes.issue,
        credit_note_calls.preview_credit_note: credit_notes.preview,
        credit_note_calls.preview_credit_note_pdf: credit_notes.preview_pdf,
        credit_note_calls.list_credit_notes: credit_notes.list_all,
        credit_note_calls.get_credit_note: credit_notes.get,
        credit_note_calls.credit_note_pdf: credit_notes.pdf,
        installment_calls.set_up_installments: installments.set_up,
        installment_calls.list_installments: installments.list_of_engagement,
        installment_calls.stop_installments: installments.stop,
        card_calls.open_pay_link: cards.open_link,
        card_calls.check_out_invoice: cards.check_out,
        card_calls.take_stripe_event: cards.take_event,
        card_calls.list_stripe_events: cards.list_events,
        card_calls.retry_stripe_event: cards.retry_event,
        logo_calls.put_logo: logos.put,
        logo_calls.get_logo: logos.show,
        logo_calls.remove_logo: logos.remove,
        erasure_calls.export_from_billing: erasures.export,
    },
    listens=[
        Mirror("engagements.organisation.updated.v1", copies.organisation_changed),
        On("engagements.client.erased.v1", erasures.erase),  # before the copy is, which has the address
        Mirror("engagements.client.*.v1", copies.client_changed),
        Mirror("engagements.engagement.*.v1", copies.engagement_changed),
        On(
            "scheduling.session.completed.v1",
            copies.session_completed,
            unless=erasures.is_over,
            mirrors=copies.mirror_session,
        ),
        On("engagements.item.sent.v1", invoices.item_sent),
    ],
    every=[
        Every(60, invoices.mark_overdue),
        Every(60, reminders.remind_due),
        Every(60, installments.write_due),
        Every(1, handling.handle_due),
    ],
    facts=facts,
    backlogs=[Backlog("stripe_events", handling.backlog), Backlog("stripe_events_parked", handling.parked)],
)
