"""Rate limits on sign-in, password resets and public tokens: per process, in memory."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from contracts.calls import Call
from contracts.errors import Limited, NotFound, Unauthenticated

SIGN_IN_ADDRESS = parse("50 per 10 minutes")
SIGN_IN_ACCOUNT = parse("10 per 10 minutes")
RESET_ADDRESS = parse("60 per hour")
RESET_ACCOUNT = parse("10 per hour")
TOKEN_ADDRESS = parse("60 per 10 minutes")


class TooMany(Limited):
    """`seconds` from now another try is allowed."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many tries. Try again in {_words(seconds)}.")
        self.seconds = seconds


class Throttle:
    """Counts per limit and per who."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, counted: dict[RateLimitItem, str]) -> None:
        """Raises `TooMany` where one of the limits is used up."""
        for limit, who in counted.items():
            if not self._limiter.test(limit, str(limit), who):
                reset = self._limiter.get_window_stats(limit, str(limit), who).reset_time
                raise TooMany(max(1, math.ceil(reset - time.time())))

    def count(self, counted: dict[RateLimitItem, str]) -> None:
        for limit, who in counted.items():
            self._limiter.hit(limit, str(limit), who)


@contextmanager
def guard(call: Call, given: dict[str, Any]) -> Iterator[None]:
    """Around a call: wrong passwords, wrong tokens and all wishes for a password mail are counted and limited.

    A right password or token is never counted, so that nobody is locked out by signing in often.
    """
    counted = _limits_of(call, given)
    throttle: Throttle = current_app.extensions["coachworks.throttle"]
    throttle.check(counted)
    if RESET_ADDRESS in counted:
        throttle.count(counted)
    try:
        yield
    except (Unauthenticated, NotFound):
        throttle.count(counted)
        raise


def _limits_of(call: Call, given: dict[str, Any]) -> dict[RateLimitItem, str]:
    if "public" not in call.roles:
        return {}
    address = request.remote_addr or ""
    account = str(given.get("email", "")).strip().casefold()
    match call.path:
        case "engagements.sign_in":
            return {SIGN_IN_ADDRESS: address, SIGN_IN_ACCOUNT: account}
        case "engagements.request_password_reset":
            return {RESET_ADDRESS: address, RESET_ACCOUNT: account}
        case _ if "token" in given:
            return {TOKEN_ADDRESS: address}
        case _:
            return {}


def _words(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 90 else f"{math.ceil(seconds / 60)} minutes"
