"""A session as a file for calendars, the same from the API and from the portal."""

from __future__ import annotations

from flask import Response

from gateway.asking import Json


def invite_file(invite: Json) -> Response:
    """`invite` as `get_invite` answers it."""
    response = Response(invite["content"], content_type=f"text/calendar; charset=utf-8; method={invite['method']}")
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response
