"""The description of the API: OpenAPI 3.1, generated from the route tables and the schemas of the calls."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, jsonify, send_from_directory
from jinja2 import Environment, FileSystemLoader
from marshmallow import fields, validate
from marshmallow.fields import Field

from contracts.calls import Call
from contracts.schema import DecimalText, Instant, Zone
from gateway.api.expose import Route
from gateway.api.problems import TITLES

_FILE = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}


def install(app: Flask, prefix: str, routes: list[Route]) -> None:
    """Serves the description and a page that shows it."""
    document = describe(prefix, routes)
    here = Path(__file__).parent
    page = Environment(loader=FileSystemLoader(here / "templates"), autoescape=True, trim_blocks=True).get_template(
        "api_docs.html"
    )
    html = page.render(api=document, operations=_by_tag(document), titles=TITLES)

    def openapi() -> Response:
        return jsonify(document)

    def docs() -> str:
        return html

    def style() -> Response:
        return send_from_directory(here, "docs.css", max_age=3600)

    app.add_url_rule(f"{prefix}/openapi.json", "api.openapi", openapi)
    app.add_url_rule("/api/docs", "api.docs", docs)
    app.add_url_rule("/api/docs.css", "api.docs_style", style)


def describe(prefix: str, routes: list[Route]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `routes`."""
    plugin = MarshmallowPlugin(schema_name_resolver=lambda schema: _name(schema))
    spec = APISpec(
        "Coachworks",
        "1.0.0",
        "3.1.0",
        plugins=[plugin],
        info={"description": _INTRODUCTION},
        servers=[{"url": prefix}],
    )
    _teach_fields(plugin)
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", _PROBLEM)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two schemas of one name get a number each
        for route in routes:
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.rule)
            spec.path(path, operations={route.method.lower(): _operation(route)})
    return _in_json_schema_dialect(spec.to_dict())


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.endpoint,
        "tags": [route.tag],
        "summary": _summary(route),
        "description": _who(route),
        "parameters": _parameters(route),
        "responses": {str(route.status): _answer(route), "default": _problem_response()},
        "security": [] if route.is_public else [{"token": []}],
    }
    if route.method in {"POST", "PUT", "PATCH"} and (body := _body(route)):
        operation["requestBody"] = body
    return operation


def _summary(route: Route) -> str:
    if route.summary or route.call is None:
        return route.summary or route.endpoint
    return route.call.name.replace("_", " ").capitalize()


def _who(route: Route) -> str:
    return "For everyone." if route.is_public else f"For {', '.join(sorted(route.roles))}."


def _parameters(route: Route) -> list[dict[str, Any]]:
    uuids = set(re.findall(r"<uuid:(\w+)>", route.rule))
    found: list[Any] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"} if name in uuids else {"type": "string"},
        }
        for name in route.path_parameters
    ]
    if route.method == "GET" and route.call:
        schema = route.call.input(exclude=_taken_by_path(route.call, route))
        if schema.fields:
            found.append({"in": "query", "schema": schema})
    if route.call and route.query:
        found.append({"in": "query", "schema": route.call.input(only=route.query)})
    if route.method == "POST":
        found.append(_header("Idempotency-Key", "The same key and body within 24 h does nothing twice."))
    if route.method in {"PATCH", "PUT", "DELETE"}:
        found.append(
            _header("If-Match", 'The version that is changed, like "3"; 412 if it is no longer the current one.')
        )
    return found


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


def _taken_by_path(call: Call, route: Route) -> tuple[str, ...]:
    keys = {field.data_key or name: name for name, field in call.input().fields.items()}
    return tuple(keys[name] for name in route.path_parameters if name in keys)


def _body(route: Route) -> dict[str, Any] | None:
    if route.consumes == "multipart/form-data":
        schema: Any = {"allOf": [_FILE, route.form]} if route.form else _FILE
        content: dict[str, Any] = {route.consumes: {"schema": schema}}
        if (other := route.alternative) is not None:
            content["application/json"] = {"schema": other.input(exclude=_taken_by_path(other, route))}
        return {"required": True, "content": content}
    if route.consumes != "application/json":
        return {"required": True, "content": {route.consumes: {"schema": {"type": "string"}}}}
    if route.call is None:
        return None
    schema = route.call.input(exclude=_taken_by_path(route.call, route))
    if not schema.fields:
        return None
    required = any(field.required for field in schema.fields.values())
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def _answer(route: Route) -> dict[str, Any]:
    if route.status == 204:
        return {"description": "It is gone."}
    if route.produces != "application/json":
        return {"description": "The file.", "content": {route.produces: {"schema": {"type": "string"}}}}
    schema: Any = route.call.output if route.call and route.call.output else route.answers or {"type": "object"}
    if route.alternative is not None:
        schema = {"oneOf": [schema, route.alternative.output]}
    return {"description": "The answer.", "content": {"application/json": {"schema": schema}}}


def _problem_response() -> dict[str, Any]:
    return {
        "description": "A problem (RFC 9457).",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__


def _teach_fields(plugin: MarshmallowPlugin) -> None:
    converter = plugin.converter
    assert converter is not None
    converter.add_attribute_function(_described)

    # Instances of subclasses of these take their mapping too.
    plugin.map_to_openapi_type(Instant, "string", "date-time")
    plugin.map_to_openapi_type(DecimalText, "string", "decimal")
    plugin.map_to_openapi_type(Zone, "string", None)


def _described(self: Any, field: Field[Any], **kwargs: Any) -> dict[str, Any]:
    """Lengths inside `validate.And`, and what free-form dicts hold, which apispec does not see by itself."""
    found: dict[str, Any] = {}
    for check in field.validators:
        if isinstance(check, validate.And):
            for inner in check.validators:
                if isinstance(inner, validate.Length):
                    found |= {"minLength": inner.min} if inner.min else {}
                    found |= {"maxLength": inner.max} if inner.max else {}
    if isinstance(field, fields.Dict):
        found["additionalProperties"] = True
    return found


def _in_json_schema_dialect(document: dict[str, Any]) -> dict[str, Any]:
    """Python's `\\A` and `\\Z` are `^` and `$` in the regular expressions of JSON Schema."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: _ecma(inner) if key == "pattern" and isinstance(inner, str) else walk(inner)
                for key, inner in value.items()
            }
        return [walk(inner) for inner in value] if isinstance(value, list | tuple) else value

    walked: dict[str, Any] = walk(document)
    return walked


def _ecma(pattern: str) -> str:
    return pattern.replace(r"\A", "^").replace(r"\Z", "$")


def _by_tag(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """For the page: per tag its operations with `method`, `path`, `fields` of body and query, and `answers`."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            answers = [status for status in operation["responses"] if status != "default"]
            shown = {
                **operation,
                "method": method.upper(),
                "path": path,
                "answers": answers,
                "fields": _fields_of(body, document)
                + [_as_field(p) for p in operation["parameters"] if p["in"] == "query"],
            }
            found.setdefault(operation["tags"][0], []).append(shown)
    return found


def _fields_of(schema: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    named = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    required = named.get("required", [])
    return [
        {"name": name, "required": name in required, "kind": _kind(of), "description": of.get("description", "")}
        for name, of in named.get("properties", {}).items()
    ]


def _as_field(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    return {
        "name": f"?{parameter['name']}=",
        "required": parameter.get("required", False),
        "kind": _kind(schema),
        "description": parameter.get("description", "") or schema.get("description", ""),
    }


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if value is not None)
    kinds = schema.get("type", "object")
    kind = " or ".join(kinds) if isinstance(kinds, list) else kinds
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return schema.get("format", kind)


_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `errors` names each field that is wrong, `rule` the rule of the domain that refused.",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "enum": sorted(TITLES)},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "rule": {"type": "string"},
        "request_id": {"type": "string"},
        "trace_id": {"type": "string"},
    },
}

_INTRODUCTION = """JSON in `snake_case`. Ids are UUIDs; instants are RFC 3339 in UTC; dates are YYYY-MM-DD; money is a \
decimal string with an ISO 4217 currency; time zones are IANA names. Sign in with `POST /tokens` and send the token as \
`Authorization: Bearer TOKEN`. Lists answer `{items, next}` and take `limit` (1..200) and `cursor`. Errors are \
`application/problem+json`."""
