"""The API describes itself exactly: OpenAPI 3.1, from the same tables and schemas that answer."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.gateway.test_every_route import APP


@pytest.fixture(scope="module")
def document():
    return APP.test_client().get("/api/v1/openapi.json").get_json()


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_it_describes_every_route_and_no_other(document):
    described = {
        (method.upper(), f"/api/v1{path}") for path, methods in document["paths"].items() for method in methods
    }
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in APP.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.rule != "/api/v1/openapi.json"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert described == served


def test_operations_have_names_of_their_own(document):
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))


def test_a_body_is_described_without_what_the_path_says(document):
    operation = document["paths"]["/engagements/{engagement_id}/sessions"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
    assert "engagement_id" not in schema["properties"]
    assert set(schema["required"]) == {"starts_at", "duration_minutes", "location"}
    assert schema["properties"]["starts_at"] == {"type": "string", "format": "date-time"}
    assert operation["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]


def test_a_lists_parameters_are_those_that_it_takes(document):
    parameters = {one["name"]: one for one in document["paths"]["/clients"]["get"]["parameters"]}
    assert set(parameters) == {"q", "portal", "coach_id", "limit", "cursor"}
    assert parameters["limit"]["schema"]["maximum"] == 200
    assert parameters["portal"]["schema"]["enum"] == ["internal_record", "invited", "active", "disabled"]


def test_sharing_takes_json_or_a_file_and_each_has_its_answer(document):
    operation = document["paths"]["/engagements/{engagement_id}/resources"]["post"]
    content = operation["requestBody"]["content"]
    assert set(content) == {"multipart/form-data", "application/json"}
    reference = content["application/json"]["schema"]["$ref"]
    assert set(document["components"]["schemas"][reference.rsplit("/", 1)[1]]["properties"]) == {"library_ids"}
    answers = operation["responses"]["201"]["content"]["application/json"]["schema"]["oneOf"]
    assert [one["$ref"].rsplit("/", 1)[1] for one in answers] == ["Resource", "SharedResources"]


def test_a_file_of_the_library_may_say_into_which_folder_it_goes(document):
    body = document["paths"]["/library/files"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    file, place = body["allOf"]
    assert (file["required"], set(file["properties"])) == (["file"], {"file"})
    properties = document["components"]["schemas"][place["$ref"].rsplit("/", 1)[1]]["properties"]
    assert properties["folder_id"]["format"] == "uuid"


def test_whatever_changes_a_thing_may_say_which_version_it_changes(document):
    """API: PATCH, PUT and DELETE take If-Match."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            takes = "If-Match" in {parameter["name"] for parameter in operation["parameters"]}
            assert takes == (method in ("patch", "put", "delete")), f"{method} {path}"


def test_a_mail_that_is_tried_again_is_accepted_and_not_done(document):
    assert "202" in document["paths"]["/notifications/{id}/retry"]["post"]["responses"]


def test_an_import_says_that_it_can_be_tried_first(document):
    parameters = document["paths"]["/clients/import"]["post"]["parameters"]
    assert {one["name"] for one in parameters} == {"preview", "Idempotency-Key"}


def test_only_public_calls_go_without_a_token(document):
    free = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if operation["security"] == []
    }
    assert free == {
        "GET /health",
        "GET /asyncapi.json",
        "GET /schemas/{type}.json",
        "GET /password-resets/{token}",
        "GET /public/feedback/{token}",
        "GET /public/forms/{token}",
        "GET /public/invitations/{token}",
        "GET /public/pay/{token}",
        "GET /public/unsubscribe/{token}",
        "POST /password-resets",
        "POST /password-resets/{token}",
        "POST /public/feedback/{token}",
        "POST /public/forms/{token}",
        "POST /public/invitations/{token}",
        "POST /public/unsubscribe/{token}",
        "POST /tokens",
        "POST /webhooks/stripe",
    }


def test_no_pattern_uses_what_json_schema_does_not_know(document):
    assert not re.search(r"\\\\[AZ]", APP.test_client().get("/api/v1/openapi.json").get_data(as_text=True))


def test_the_docs_show_it_to_a_person_with_nothing_from_elsewhere(document):
    response = APP.test_client().get("/api/docs")
    html = response.get_data(as_text=True)
    assert response.status_code == 200
    for path in document["paths"]:
        assert f"/api/v1{path}" in html
    assert not re.search(r'(src|href)="https?:', html)
    assert not re.search(r"<(script|style)|\sstyle=", html)
    assert 'id="problem-409"' in html
    assert APP.test_client().get("/api/docs.css").content_type.startswith("text/css")
