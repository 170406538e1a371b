"""Files in the portal: uploads go on to documents piece by piece, downloads come from it, refusals are said."""

from __future__ import annotations

import dataclasses
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from werkzeug.formparser import parse_form_data

from tests.gateway.conftest import SETTINGS

ID = "0f6c2b8e-5a1d-4a57-9a34-6d7c9f0b1e21"


class Documents(ThreadingHTTPServer):
    """Stands for the HTTP side of the documents service; `answer` is (status, headers, body)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []
        self.answer = (201, {"Content-Type": "application/json"}, b'{"id": "x", "name": "plan.pdf"}')


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.command, self.path, dict(self.headers), body))
        status, headers, content = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *args):
        pass


@pytest.fixture
def documents(app):
    server = Documents()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    app.extensions["coachworks.settings"] = dataclasses.replace(SETTINGS, documents_url=address)
    yield server
    server.shutdown()
    server.server_close()
    app.extensions["coachworks.settings"] = SETTINGS


def refusal(status, code, detail, **more):
    return status, {"Content-Type": "application/json"}, json.dumps({"code": code, "detail": detail, **more}).encode()


def parts_of(headers, body):
    environ = {
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": headers["Content-Type"],
    }
    _, _, files = parse_form_data(environ)
    return {name: (file.filename, file.read()) for name, file in files.items()}


def toast_of(someone):
    with someone.http.session_transaction() as session:
        return session["_flashes"][-1][1]


@pytest.mark.parametrize("path", ["/library/files", f"/engagements/{ID}/resources"])
def test_an_upload_goes_on_with_the_assertion_of_the_caller(documents, browser, path):
    content = b"%PDF" + bytes(range(256)) * 1000
    coach = browser("coach")
    response = coach.post(path, {"file": (io.BytesIO(content), "Résumé & plan.pdf")})
    assert response.headers["Location"] == path.removesuffix("/files")
    method, asked, headers, body = documents.requests[0]
    assert (method, asked) == ("POST", path)
    assert headers["Authorization"].startswith("Bearer ey")
    assert headers["Content-Length"] == str(len(body))
    assert parts_of(headers, body)["file"] == ("Résumé & plan.pdf", content)
    assert toast_of(coach)["text"] == "The file is added."


def test_c25_a_form_that_is_sent_twice_adds_its_file_once(documents, broker, browser):
    coach = browser("coach")
    path = f"/engagements/{ID}/assignments/{ID}/files"
    documents.answer = (201, {"Content-Type": "application/json"}, json.dumps({"file_id": ID}).encode())

    def send(name="Plan.txt", content=b"A plan.", mark="a-mark", to=path):
        form = {"file": (io.BytesIO(content), name), "once": mark, "message": "Read it"}
        assert coach.post(to, form).status_code == 303

    def keys():
        return [headers.get("Idempotency-Key") for _, _, headers, _ in documents.requests]

    send()
    send()
    assert len(set(keys())) == 1
    assert keys()[0]
    assert len({sent.key for sent in broker.sent_to("engagements.add_assignment_file")}) == 1
    send(name="Other.txt")
    send(content=b"Another plan.")
    send(mark="another")
    send(to="/library/files")
    assert len(set(keys())) == 5
    send(mark="")
    assert keys()[-1] is None, "without a mark each is a wish of its own"


def test_a_script_gets_json_and_problems(documents, browser):
    coach = browser("coach")
    headers = {"Accept": "application/json", "X-CSRF-Token": coach.csrf()}
    response = coach.post("/library/files", {"file": (io.BytesIO(b"x"), "x.txt")}, headers=headers)
    assert (response.status_code, response.get_json()["id"]) == (201, "x")
    documents.answer = refusal(422, "invalid", "Bad.", errors={"file": ["An empty file."]})
    response = coach.post("/library/files", {"file": (io.BytesIO(b"x"), "x.txt")}, headers=headers)
    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    assert response.get_json()["errors"] == {"file": ["An empty file."]}


def test_s2_79_what_documents_refuses_is_said_on_the_page(documents, browser):
    documents.answer = refusal(409, "conflict", "The client has no portal account.", rule="S2.79")
    coach = browser("coach")
    response = coach.post(f"/engagements/{ID}/resources", {"file": (io.BytesIO(b"x"), "x.txt")})
    assert response.status_code == 303
    assert toast_of(coach) == {"text": "The client has no portal account. (Rule S2.79)", "failed": True}


def test_a_form_without_a_file_says_so(documents, browser):
    coach = browser("coach")
    assert coach.post("/library/files", {}).status_code == 303
    assert toast_of(coach)["failed"]
    assert not documents.requests


def test_a_download_brings_the_bytes_with_the_policy_of_documents(documents, browser):
    documents.answer = (
        200,
        {"Content-Type": "image/png", "ETag": '"1"', "Content-Security-Policy": "default-src 'none'; sandbox"},
        b"\x89PNG",
    )
    response = browser("client").get(f"/files/{ID}/content", headers={"Range": "bytes=0-3"})
    assert response.data == b"\x89PNG"
    assert response.headers["ETag"] == '"1"'
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert documents.requests[0][2]["Range"] == "bytes=0-3"


def test_s2_85_a_click_on_the_name_downloads(documents, browser):
    headers = {"Content-Type": "application/pdf", "Content-Disposition": 'inline; filename="plan.pdf"'}
    documents.answer = (200, headers, b"%PDF")
    response = browser("client").get(f"/files/{ID}/content")
    assert response.headers["Content-Disposition"] == 'attachment; filename="plan.pdf"'


def test_a_preview_is_shown_in_place_and_only_our_own_pages_may_frame_it(documents, browser):
    headers = {"Content-Type": "application/pdf", "Content-Disposition": 'inline; filename="plan.pdf"'}
    documents.answer = (200, headers, b"%PDF")
    response = browser("client").get(f"/files/{ID}/view")
    assert response.headers["Content-Disposition"] == 'inline; filename="plan.pdf"'
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_s2_90_a_folder_comes_as_a_zip_of_known_length(documents, browser):
    documents.answer = (200, {"Content-Type": "application/zip"}, b"PK-and-so-on")
    response = browser("client").get(f"/engagements/{ID}/folders/{ID}/zip")
    assert (response.data, response.content_length) == (b"PK-and-so-on", 12)
    assert documents.requests[0][1] == f"/engagements/{ID}/folders/{ID}/zip"


def test_a_file_that_is_not_ones_own_is_404(documents, browser):
    documents.answer = refusal(404, "not_found", "No such file.")
    assert browser("client").get(f"/files/{ID}/content").status_code == 404


def test_while_documents_is_away_it_is_503(app, browser):
    assert browser("client").get(f"/files/{ID}/content").status_code == 503
