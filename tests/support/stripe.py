"""A server on loopback that speaks what we use of Stripe's API, shows its page to pay, and signs what it tells."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

import requests
from stripe import WebhookSignature

KEY = "sk_test_of_the_tests"
SECRET = "whsec_of_the_tests"


class StripeServer:
    """`sessions` are the Checkout Sessions made so far, as they were asked for; `answer_with` another status than 200
    from now on; `meanwhile` is called while somebody waits for an answer; `webhooks` is the address that is told when
    somebody has paid on the page of a session."""

    def __init__(self) -> None:
        self.sessions: list[dict[str, str]] = []
        self.answer_with = 200
        self.meanwhile: Callable[[], None] = lambda: None
        self.webhooks = ""
        self._numbers = count(1)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        """What billing must be told to come here."""
        return {"STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": self.url}

    def event(self, type: str, told: dict[str, Any], *, id: str = "", created: float = 0) -> str:
        """The body of a webhook."""
        event = {
            "id": id or f"evt_{next(self._numbers)}",
            "object": "event",
            "type": type,
            "created": int(created or time.time()),
            "livemode": False,
            "data": {"object": told},
        }
        return json.dumps(event, indent=2)

    def signature(self, payload: str, *, secret: str = SECRET, seconds_ago: int = 0) -> str:
        """The header `Stripe-Signature` of a webhook."""
        return WebhookSignature.generate_signature_header(payload, secret, int(time.time()) - seconds_ago)

    def paid_session(self, asked: dict[str, str], **changes: Any) -> dict[str, Any]:
        """The Checkout Session that was made for `asked`, paid in full."""
        amount = int(asked["line_items[0][price_data][unit_amount]"])
        return {
            "id": asked["id"],
            "object": "checkout.session",
            "mode": "payment",
            "status": "complete",
            "payment_status": "paid",
            "client_reference_id": asked["client_reference_id"],
            "amount_total": amount,
            "currency": asked["line_items[0][price_data][currency]"],
            "payment_intent": f"pi_of_{asked['id']}",
            **changes,
        }

    def _pay(self, asked: dict[str, str]) -> None:
        payload = self.event("checkout.session.completed", self.paid_session(asked))
        headers = {"Stripe-Signature": self.signature(payload), "Content-Type": "application/json"}
        requests.post(self.webhooks, data=payload.encode(), headers=headers, timeout=20).raise_for_status()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if asked := self._session():
                    amount = int(asked["line_items[0][price_data][unit_amount]"]) / 100
                    currency = asked["line_items[0][price_data][currency]"].upper()
                    what = asked["line_items[0][price_data][product_data][name]"]
                    page = f"<h1>{what}</h1><p>{currency} {amount:.2f}</p><form method=post><button>Pay</button></form>"
                    self._send(200, "text/html; charset=utf-8", page.encode())
                else:
                    self._send(404, "text/plain", b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                server.meanwhile()
                if asked := self._session():
                    server._pay(asked)
                    self._send(303, "text/plain", b"", Location=asked["success_url"])
                elif self.headers["Authorization"] != f"Bearer {KEY}":
                    self._answer(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}})
                elif self.path != "/v1/checkout/sessions":
                    self._answer(404, {"error": {"type": "invalid_request_error", "message": "Unrecognized URL"}})
                elif server.answer_with != 200:
                    self._answer(server.answer_with, {"error": {"type": "api_error", "message": "Not now"}})
                else:
                    id_ = f"cs_test_{next(server._numbers)}"
                    server.sessions.append({"id": id_, **dict(parse_qsl(body))})
                    url = f"{server.url}/c/pay/{id_}"
                    self._answer(200, {"id": id_, "object": "checkout.session", "mode": "payment", "url": url})

            def _session(self) -> dict[str, str] | None:
                """The one whose page this is."""
                return next((one for one in server.sessions if self.path == f"/c/pay/{one['id']}"), None)

            def _answer(self, status: int, document: dict[str, Any]) -> None:
                self._send(status, "application/json", json.dumps(document).encode())

            def _send(self, status: int, content_type: str, content: bytes, **headers: str) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler

    def run(self) -> None:
        self._http.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def stripe_server() -> Iterator[StripeServer]:
    """One that runs."""
    server = StripeServer()
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join()
