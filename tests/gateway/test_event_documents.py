"""The description of the events is served to anybody, like that of the API."""

from __future__ import annotations

from contracts import docs


def test_asyncapi_and_schemas_are_served_as_they_lie_in_the_docs(app):
    http = app.test_client()
    assert http.get("/api/v1/asyncapi.json").get_json()["asyncapi"] == "3.0.0"
    for event in docs.public_events()[:3]:
        answer = http.get(f"/api/v1/schemas/{event.type}.json")
        assert answer.content_type == "application/schema+json"
        assert answer.get_json(force=True)["$id"] == f"urn:coachworks:{event.type}"


def test_there_is_no_schema_of_what_is_no_public_event(app):
    for name in ("billing.invoice.paid.v9", "notification.requested.v1"):
        answer = app.test_client().get(f"/api/v1/schemas/{name}.json")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
