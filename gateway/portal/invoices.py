"""Invoices: the list, the page of one, and what is done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request
from flask.typing import ResponseReturnValue

from contracts.calls import billing as calls
from contracts.calls import cards, notifications
from contracts.errors import Conflict, Gone, Unavailable
from gateway.api.billing import invoices_table, sent_pdf, statement_table
from gateway.api.problems import status_of
from gateway.asking import Json, ask, identity
from gateway.portal import clock, show
from gateway.portal.pages import CLIENT, SIGNED_IN, STAFF, Pages

pages = Pages()


@pages.get("/invoices", SIGNED_IN)
def invoices() -> ResponseReturnValue:
    filters = ("state", "from", "to")
    wanted = {"invoices": (calls.list_invoices, show.query(*filters, "cursor"))}
    who = identity()
    if who and who.role == "client":
        listed = show.look(**wanted).part("invoices")
        return show.page("pages/my_invoices.html", invoices=listed, **show.pager(listed, filters))
    found = show.look(**wanted, totals=(calls.invoice_totals, show.query("from", "to")))
    listed, totals = found.part("invoices"), found.part("totals")
    return show.page(
        "pages/invoices.html",
        invoices=listed,
        totals=totals.get("currencies", []),
        query=show.query(*filters),
        **show.pager(listed, filters),
    )


@pages.get("/invoices.csv", STAFF)
def invoices_csv() -> ResponseReturnValue:
    return invoices_table(show.query("state", "from", "to"))


@pages.get("/invoices/<uuid:id>", SIGNED_IN)
def invoice(id: UUID) -> ResponseReturnValue:
    found = show.look(invoice=(calls.get_invoice, {"id": str(id)}))
    return show.page("pages/invoice.html", invoice=found.need("invoice"))


@pages.get("/invoices/<uuid:id>/pdf", SIGNED_IN)
def pdf(id: UUID) -> ResponseReturnValue:
    """Shown in its place; the links that say Download save it."""
    return sent_pdf(ask(calls.invoice_pdf, {"id": str(id)}), shown=True)


@pages.get("/clients/<uuid:id>/statement.pdf", SIGNED_IN)
def statement_pdf(id: UUID) -> ResponseReturnValue:
    return sent_pdf(ask(calls.client_statement_pdf, {"id": str(id)}))


@pages.get("/clients/<uuid:id>/statement.csv", SIGNED_IN)
def statement_csv(id: UUID) -> ResponseReturnValue:
    return statement_table(ask(calls.client_statement, {"id": str(id)}))


@pages.get("/invoices/<uuid:id>/pay", CLIENT)
def pay(id: UUID) -> ResponseReturnValue:
    """On to the page where Stripe takes the payment."""
    try:
        return redirect(ask(cards.check_out_invoice, {"id": str(id)})["url"], 303)
    except (Gone, Unavailable) as error:
        return show.page(
            "pages/pay_not_now.html", status=status_of(error), address=f"/invoices/{id}/pay", why=error.detail
        )


# What is done with one --------------------------------------------------------------------------------------------


def _dialog(template: str, id: UUID, again: Json) -> ResponseReturnValue:
    found = show.look(invoice=(calls.get_invoice, {"id": str(id)}))
    return show.page(template, invoice=found.need("invoice"), **again)


@pages.get("/invoices/<uuid:id>/send", STAFF)
def send_form(id: UUID) -> ResponseReturnValue:
    return _send_form(id)


def _send_form(id: UUID, template: str = "pages/invoice_send.html", **again: Any) -> ResponseReturnValue:
    """The dialog that says beforehand who is mailed."""
    invoice = show.look(invoice=(calls.get_invoice, {"id": str(id)})).need("invoice")
    bill_to = invoice["bill_to"]
    recipients = [
        {"email": bill_to["email"], "name": bill_to["name"]},
        *({"email": email} for email in invoice["copy_to"]),
    ]
    given = {"engagement_id": invoice["engagement_id"], "kind": "invoice", "recipients": recipients}
    verdicts = show.look(verdicts=(notifications.may_notify, given)).need("verdicts")["verdicts"]
    return show.page(template, invoice=invoice, verdicts=verdicts, **again)


@pages.post("/invoices/<uuid:id>/send", STAFF)
def send(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.send_invoice,
        {"id": str(id)},
        lambda sent: show.done(
            f"/invoices/{id}", f"Invoice {sent['number']} is on its way to {sent['bill_to']['email']}."
        ),
        lambda **again: _send_form(id, **again),
    )


@pages.get("/invoices/<uuid:id>/remind", STAFF)
def remind_form(id: UUID) -> ResponseReturnValue:
    return _send_form(id, "pages/invoice_remind.html")


@pages.post("/invoices/<uuid:id>/remind", STAFF)
def remind(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.remind_invoice,
        {"id": str(id)},
        lambda sent: show.done(f"/invoices/{id}", f"The reminder is on its way to {sent['bill_to']['email']}."),
        lambda **again: _send_form(id, "pages/invoice_remind.html", **again),
    )


@pages.get("/invoices/<uuid:id>/reminders", STAFF)
def reminders_form(id: UUID) -> ResponseReturnValue:
    return _send_form(id, "pages/invoice_reminders.html")


@pages.post("/invoices/<uuid:id>/reminders", STAFF)
def switch_on_reminders(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.switch_on_invoice_reminders,
        {"id": str(id), **show.whole(show.filled("count", "every_days"))},
        lambda _: show.done(f"/invoices/{id}", "Reminders are switched on."),
        lambda **again: _send_form(id, "pages/invoice_reminders.html", **again),
    )


@pages.post("/invoices/<uuid:id>/stop-reminders", STAFF)
def stop_reminders(id: UUID) -> ResponseReturnValue:
    return show.act(calls.stop_invoice_reminders, {"id": str(id)}, f"/invoices/{id}", "No more reminders go out.")


@pages.get("/invoices/<uuid:id>/void", STAFF)
def void_form(id: UUID) -> ResponseReturnValue:
    return _dialog("pages/invoice_void.html", id, {})


@pages.post("/invoices/<uuid:id>/void", STAFF)
def void(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.void_invoice,
        {"id": str(id)},
        lambda voided: show.done(f"/invoices/{id}", f"Invoice {voided['number']} is void."),
        lambda **again: _dialog("pages/invoice_void.html", id, again),
    )


@pages.get("/invoices/<uuid:id>/replace", STAFF)
def replace_form(id: UUID) -> ResponseReturnValue:
    return _dialog("pages/invoice_replace.html", id, {})


@pages.post("/invoices/<uuid:id>/replace", STAFF)
def replace(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.replace_invoice,
        {"id": str(id)},
        lambda draft: show.done(
            f"/invoices/{draft['id']}/edit", f"Invoice {draft['replaces']['number']} is void. This draft says the same."
        ),
        lambda **again: _dialog("pages/invoice_replace.html", id, again),
    )


@pages.post("/invoices/<uuid:id>/delete", STAFF)
def delete(id: UUID) -> ResponseReturnValue:
    draft = show.look(invoice=(calls.get_invoice, {"id": str(id)})).need("invoice")
    try:
        ask(calls.delete_invoice, {"id": str(id)})
    except (Conflict, Unavailable) as error:
        return show.refused(error, f"/invoices/{id}")
    return show.done(f"/engagements/{draft['engagement_id']}/invoices", "The draft is deleted.")


# Payments ---------------------------------------------------------------------------------------------------------


@pages.get("/invoices/<uuid:id>/mark-paid", STAFF)
def mark_paid_form(id: UUID) -> ResponseReturnValue:
    return _dialog("pages/invoice_mark_paid.html", id, {})


@pages.post("/invoices/<uuid:id>/mark-paid", STAFF)
def mark_paid(id: UUID) -> ResponseReturnValue:
    return show.attempt(
        calls.mark_invoice_paid,
        {"id": str(id), **_payment()},
        lambda paid: show.done(f"/invoices/{id}", f"Invoice {paid['number']} is paid."),
        lambda **again: _dialog("pages/invoice_mark_paid.html", id, again),
    )


@pages.get("/invoices/<uuid:id>/payments/new", STAFF)
def payment_form(id: UUID) -> ResponseReturnValue:
    return _dialog("pages/payment_new.html", id, {})


@pages.post("/invoices/<uuid:id>/payments", STAFF)
def record_payment(id: UUID) -> ResponseReturnValue:
    amount = request.form.get("amount", "").strip().replace(",", ".")
    return show.attempt(
        calls.record_payment,
        {"id": str(id), "amount": amount, **_payment()},
        lambda _: show.done(f"/invoices/{id}", "The payment is recorded."),
        lambda **again: _dialog("pages/payment_new.html", id, again),
    )


@pages.post("/payments/<uuid:id>/delete", STAFF)
def delete_payment(id: UUID) -> ResponseReturnValue:
    return show.act(calls.delete_payment, {"id": str(id)}, show.came_from() or "/invoices", "The payment is removed.")


def _payment() -> Json:
    """`paid_at` is a day in the form: today means now, another day its noon on the reader's clock."""
    given: Json = show.filled("method", "reference")
    typed = request.form.get("paid_at", "").strip()
    if typed and typed != clock.local(clock.now()).date().isoformat():
        given["paid_at"] = clock.instant_of(f"{typed}T12:00")
    return given
