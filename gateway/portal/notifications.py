"""The log of mail, and each mail as it was sent."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from contracts.calls import notifications as calls
from contracts.notification import KINDS
from gateway.asking import ask
from gateway.portal import show
from gateway.portal.pages import STAFF, Pages

pages = Pages()

#: A mail's HTML has its styles inside; it is shown in a frame that can do nothing else.
MAIL_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'self'; sandbox",
    "X-Frame-Options": "SAMEORIGIN",
}


@pages.get("/notifications", STAFF)
def notifications() -> ResponseReturnValue:
    filters = ("state", "kind")
    listed = show.look(mail=(calls.list_notifications, show.query(*filters, "cursor"))).part("mail")
    return show.page(
        "pages/notifications.html",
        notifications=listed,
        kinds=KINDS,
        query=show.query(*filters),
        **show.pager(listed, filters),
    )


@pages.get("/notifications/<uuid:id>", STAFF)
def mail(id: UUID) -> ResponseReturnValue:
    found = show.look(mail=(calls.get_notification, {"id": str(id)}))
    return show.page("pages/notification.html", mail=found.need("mail"))


@pages.get("/notifications/<uuid:id>/body", STAFF)
def body(id: UUID) -> ResponseReturnValue:
    """The HTML part, for the frame on the mail's page."""
    html = ask(calls.get_notification, {"id": str(id)})["html"]
    return Response(html, content_type="text/html; charset=utf-8", headers=MAIL_HEADERS)


@pages.post("/notifications/<uuid:id>/retry", STAFF)
def retry(id: UUID) -> ResponseReturnValue:
    return show.act(calls.retry_notification, {"id": str(id)}, f"/notifications/{id}", "It is tried again now.")
