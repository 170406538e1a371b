"""The security headers of every answer."""

from __future__ import annotations

from flask import Response, current_app, g, request

#: Pages load only what we serve, and videos of notes; `data:` images are the icons inside our own style sheet, and
#: the logo.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; "
    "frame-src 'self' https://www.youtube-nocookie.com https://player.vimeo.com; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def secure(response: Response) -> Response:
    """An answer that brings a stricter policy of its own (a file) keeps it."""
    headers = response.headers
    nonce = g.get("style_nonce")  # of a page whose script writes its own style sheet, with its icons
    styles = f"; style-src 'self' 'nonce-{nonce}'; font-src 'self' data:" if nonce else ""
    headers.setdefault("Content-Security-Policy", _POLICY + styles)
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("X-Frame-Options", "DENY")
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if current_app.extensions["coachworks.settings"].is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response
