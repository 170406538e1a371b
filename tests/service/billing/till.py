"""Short ways to pay invoices by card: the real Stripe library, and a server that speaks and signs as Stripe does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from contracts.calls import cards as calls
from services.billing.cards.handling import handle_due
from services.billing.cards.stripe_api import StripeAccount
from tests.service.billing.conftest import Desk
from tests.support import people
from tests.support.stripe import KEY, SECRET, StripeServer


@dataclass
class Till:
    """The coach's desk with Stripe set up. Its invoices come to 1396.19 EUR and can be paid by card."""

    desk: Desk
    stripe: StripeServer

    def __post_init__(self) -> None:
        self.set_up()

    def set_up(self, webhook_secrets: tuple[str, ...] = (SECRET,)) -> None:
        """Restarts the service with that account."""
        runtime = self.desk.billing.runtime
        account = StripeAccount(KEY, webhook_secrets, self.stripe.url)
        runtime.settings = replace(runtime.settings, stripe=account)  # type: ignore[call-arg]

    def sent(self, **changes: Any) -> Any:
        return self.desk.sent(**{"card_payment": True, **changes})

    def tokens(self) -> list[str]:
        """Those of the links in the mails so far."""
        urls = [request["context"].get("pay_url", "") for request in self.desk.billing.requests("invoice")]
        return [url.removeprefix("https://coach.example/pay/") for url in urls if url]

    def open(self, token: str) -> str:
        """The page that a link leads to."""
        url: str = self.desk.billing.call(calls.open_pay_link, {"token": token})["url"]
        return url

    def session_of(self, invoice: Any, **changes: Any) -> dict[str, Any]:
        """A new Checkout Session of the invoice, paid."""
        self.open(self.tokens_of(invoice)[-1])
        return self.stripe.paid_session(self.stripe.sessions[-1], **changes)

    def tokens_of(self, invoice: Any) -> list[str]:
        requests = [one for one in self.desk.billing.requests("invoice") if one["about"]["id"] == invoice["id"]]
        return [request["context"]["pay_url"].rsplit("/", 1)[1] for request in requests]

    def tell(self, type: str, told: dict[str, Any], **event: Any) -> None:
        """Stripe tells, and the event is kept."""
        payload = self.stripe.event(type, told, **event)
        self.deliver(payload, self.stripe.signature(payload))

    def deliver(self, payload: str, signature: str) -> None:
        self.desk.billing.call(calls.take_stripe_event, {"payload": payload, "signature": signature})

    def work(self, **later: float) -> int:
        """The worker runs then; how many events it took on."""
        self.desk.billing.clock.advance(**later)
        return self.desk.billing.run(handle_due)

    def told(self, **wanted: str) -> list[dict[str, Any]]:
        """What an admin sees of the events."""
        found = self.desk.billing.call(calls.list_stripe_events, wanted, actor=people.ADMIN)
        items: list[dict[str, Any]] = found["items"]
        return items

    def story(self) -> list[str]:
        """Our own events since the invoice was sent."""
        types = [event.type.removeprefix("billing.").removesuffix(".v1") for event in self.desk.billing.events()]
        return types[2:]
