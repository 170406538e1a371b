"""Pages that a link in a mail opens, for whoever holds its token."""

from __future__ import annotations

from flask import Flask

from gateway.public import calendar_feeds, feedback, forms, invitations, pay, unsubscribe


def install(app: Flask) -> None:
    invitations.pages.install(app)
    feedback.pages.install(app)
    forms.pages.install(app)
    pay.pages.install(app)
    unsubscribe.pages.install(app)
    calendar_feeds.pages.install(app)
