"""Calls: what is declared is answered, and is of use to somebody."""

from __future__ import annotations

import pytest

from contracts.calls import Call, billing, cards, credit_notes, engagements, erasures
from tests.architecture.house import SERVICES, calls_of, references, service_of, sources


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_exactly_what_its_contract_declares(service: str) -> None:
    declared = {call.path for call in calls_of(service).values()}
    answered = {call.path for call in service_of(service).answers}
    assert answered == declared


@pytest.mark.parametrize("service", SERVICES)
def test_a_call_has_one_name(service: str) -> None:
    for name, call in calls_of(service).items():
        assert call.path == f"{service}.{name}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_call_is_exposed_or_used_by_the_gateway(service: str) -> None:
    used = {thing.path for path in sources("gateway") for thing in references(path) if isinstance(thing, Call)}
    assert {call.path for call in calls_of(service).values()} - used == set()


def test_a_caller_waits_six_seconds_and_longer_only_for_what_is_long_work() -> None:
    longer = {
        call.path: call.seconds for service in SERVICES for call in calls_of(service).values() if call.seconds > 6
    }
    assert longer == {
        engagements.import_clients.path: 60,  # a file of clients
        billing.send_invoice.path: 20,  # a PDF of up to 500 lines
        billing.remind_invoice.path: 20,
        billing.invoice_pdf.path: 20,
        billing.client_statement_pdf.path: 20,
        credit_notes.credit_note_pdf.path: 20,
        credit_notes.preview_credit_note_pdf.path: 20,
        billing.invoice_totals.path: 20,  # of all invoices
        cards.open_pay_link.path: 12,  # Stripe is asked
        cards.check_out_invoice.path: 12,
        erasures.erase_client.path: 30,  # all that a client ever left
        erasures.export_from_engagements.path: 30,
        erasures.export_from_scheduling.path: 30,
        erasures.export_from_documents.path: 30,
        erasures.export_from_notifications.path: 30,
        erasures.export_from_billing.path: 30,
    }
