"""The pages and the JSON list that show what was caught."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import islice
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request, send_file, url_for

from deploy.mailcatcher.store import Attachment, Mail, MailStore

SHOWN = 200
LOCKED = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' data: https:; "
LOCKED += "style-src 'unsafe-inline'; font-src data:"


def create_app(store: MailStore) -> Flask:
    """The web application over a folder of mails."""
    app = Flask(__name__)

    def mail_or_404(id_: str) -> Mail:
        mail = store.get(id_)
        if mail is None:
            abort(404)
        return mail

    def attachment_url(mail: Mail, attachment: Attachment) -> str:
        return url_for("attachment", id_=mail.id, place=attachment.place)

    def as_json(mail: Mail) -> dict[str, Any]:
        return {
            "id": mail.id,
            "received_at": mail.received_at.isoformat(),
            "from": mail.sender,
            "to": list(mail.recipients),
            "subject": mail.subject,
            "message_id": mail.header("Message-ID"),
            "headers": [list(pair) for pair in mail.headers],
            "text": mail.text,
            "html": mail.html,
            "attachments": [
                {
                    "filename": found.filename,
                    "content_type": found.content_type,
                    "size": len(found.content),
                    "url": attachment_url(mail, found),
                }
                for found in mail.attachments
            ],
            "raw_url": url_for("raw", id_=mail.id),
        }

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @app.get("/")
    def mails() -> str:
        words = request.args.get("q", "")
        found = list(islice(store.newest_first(words=words), SHOWN))
        return render_template("mails.html", mails=found, words=words)

    @app.get("/mails/<id_>")
    def mail(id_: str) -> str:
        return render_template("mail.html", mail=mail_or_404(id_))

    @app.get("/mails/<id_>/html")
    def html(id_: str) -> Response:
        found = mail_or_404(id_)
        by_id = {part.content_id: attachment_url(found, part) for part in found.attachments if part.content_id}
        body = re.sub(r"cid:([^\"'\s>)]+)", lambda match: by_id.get(match[1], match[0]), found.html)
        return Response(f'<base target="_blank">{body}', headers={"Content-Security-Policy": LOCKED})

    @app.get("/mails/<id_>/attachments/<int:place>")
    def attachment(id_: str, place: int) -> Response:
        found = next((part for part in mail_or_404(id_).attachments if part.place == place), None)
        if found is None:
            abort(404)
        as_image = found.content_type in ("image/png", "image/jpeg", "image/gif")
        return send_file(
            BytesIO(found.content),
            mimetype=found.content_type,
            as_attachment=not as_image,
            download_name=found.filename,
        )

    @app.get("/mails/<id_>.eml")
    def raw(id_: str) -> Response:
        mail_or_404(id_)
        return send_file(store.path(id_).resolve(), mimetype="message/rfc822", download_name=f"{id_}.eml")

    @app.get("/api/mails")
    def api_mails() -> Response:
        """Newest first; `?to=` an address, `?q=` words, `?limit=` how many at most (200)."""
        limit = request.args.get("limit", SHOWN, type=int)
        found = store.newest_first(to=request.args.get("to", ""), words=request.args.get("q", ""))
        return jsonify([as_json(mail) for mail in islice(found, max(0, limit))])

    @app.get("/api/mails/<id_>")
    def api_mail(id_: str) -> Response:
        return jsonify(as_json(mail_or_404(id_)))

    @app.get("/readyz")
    def readyz() -> Response:
        return jsonify(status="ok")

    return app
