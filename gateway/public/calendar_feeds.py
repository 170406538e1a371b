"""`/calendar-feeds/TOKEN.ics`: a person's sessions for calendar programs, which ask again every hour or so."""

from __future__ import annotations

from hashlib import sha256

from flask import Response, request
from flask.typing import ResponseReturnValue

from contracts.calls import calendar_feeds as calls
from contracts.errors import NotFound
from gateway.asking import ask
from gateway.portal.pages import ANYONE, Pages
from gateway.portal.sign_in import link_used

pages = Pages()


@pages.get("/calendar-feeds/<token>.ics", ANYONE)
def feed(token: str) -> ResponseReturnValue:
    """With an ETag, so that what has not changed is not sent again."""
    try:
        content = ask(calls.read_calendar_feed, {"token": token})["content"]
    except NotFound:
        return link_used()
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="sessions.ics"'
    response.set_etag(sha256(content.encode()).hexdigest())
    return response.make_conditional(request)
