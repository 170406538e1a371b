"""What travels: the event as structured JSON and the headers of Standard Webhooks. Pure."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
from typing import Any

from contracts.envelope import CONTENT_TYPE

_PREFIX, _BYTES = "whsec_", 32


def new_secret() -> str:
    """A secret as Standard Webhooks write it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def body_of(event: dict[str, Any]) -> str:
    """The same text for the same event, at each attempt."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def headers_of(secret: str, message_id: str, body: str, now: dt.datetime) -> dict[str, str]:
    """The headers of one attempt."""
    timestamp = str(int(now.timestamp()))
    signed = f"{message_id}.{timestamp}.{body}".encode()
    signature = hmac.digest(base64.b64decode(secret.removeprefix(_PREFIX)), signed, hashlib.sha256)
    return {
        "Content-Type": f"{CONTENT_TYPE}; charset=utf-8",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
