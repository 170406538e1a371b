"""The organisation's wording of each kind of mail, for admins (S1.13, S1.14)."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from contracts.calls import Call
from contracts.calls import notifications as calls
from contracts.errors import Invalid
from contracts.notification import KINDS
from gateway.asking import Json, ask
from gateway.portal import show
from gateway.portal.notifications import MAIL_HEADERS
from gateway.portal.pages import ADMIN, Pages

pages = Pages()

_BODY = re.compile(r"<body[^>]*>")
#: Stands above the mail in the frame, whose policy lets it have its style inside.
_SUBJECT = '<p style="margin:0;padding:12px 20px;font:600 15px/22px sans-serif;background:#fff;color:#17211c">{}</p>'


def _kind() -> str:
    given = request.values.get("kind", "")
    return given if given in KINDS else KINDS[0]


@pages.get("/settings/wording", ADMIN)
def wording() -> ResponseReturnValue:
    return _wording()


def _wording(**again: Any) -> ResponseReturnValue:
    found = show.look(templates=(calls.list_templates, {}), chosen=(calls.get_template, {"kind": _kind()}))
    templates, chosen = found.need("templates")["items"], found.need("chosen")
    return show.page(
        "pages/wording.html",
        templates=templates,
        chosen=chosen,
        is_chosen="kind" in request.values,
        **{"values": chosen, **again},
    )


@pages.post("/settings/wording", ADMIN)
def write_wording() -> ResponseReturnValue:
    given = {"kind": _kind(), **show.form("subject", "body")}
    return show.attempt(
        calls.write_template,
        given,
        lambda made: show.done(f"/settings/wording?kind={made['kind']}", "Saved. Mails are worded so from now on."),
        _wording,
    )


@pages.post("/settings/wording/reset", ADMIN)
def reset_wording() -> ResponseReturnValue:
    back = f"/settings/wording?kind={_kind()}"
    return show.act(calls.reset_template, {"kind": _kind()}, back, "The default is back.")


@pages.get("/settings/wording/preview", ADMIN)
def preview() -> ResponseReturnValue:
    return framed(calls.preview_template, {"kind": _kind()})


@pages.post("/settings/wording/preview", ADMIN)
def preview_draft() -> ResponseReturnValue:
    """What was typed, in the frame beside it; what is wrong with it, in its place."""
    return framed(calls.preview_template, {"kind": _kind(), **show.form("subject", "body")})


def framed(call: Call, given: Json) -> Response:
    """A mail's preview for a frame; what is wrong with its wording, in its place."""
    try:
        mail = ask(call, given)
        html = _BODY.sub(lambda found: found[0] + _SUBJECT.format(escape(mail["subject"])), mail["html"], count=1)
    except Invalid as error:
        said = [escape(sentence) for found in error.errors.values() for sentence in found]
        html = f"<!doctype html><title>Preview</title><p>{'<br>'.join(said)}</p>"
    return Response(html, content_type="text/html; charset=utf-8", headers=MAIL_HEADERS)
