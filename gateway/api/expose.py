"""Route tables: one line exposes one call as API.md says.

    routes = Routes("Invoices")
    routes.post("/engagements/<uuid:engagement_id>/invoices", calls.create_invoice, status=201)

What is no plain JSON in and out (files, PDF, CSV) is a view written by hand:

    @routes.view("GET", "/invoices/<uuid:id>/pdf", calls.invoice_pdf, produces="application/pdf")
    def invoice_pdf(api: ApiRequest, id: UUID) -> ResponseReturnValue:
        answer = api.ask(calls.invoice_pdf, {"id": str(id)})
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from contracts.actor import SIGNED_IN, Role
from contracts.calls import Call
from contracts.errors import Invalid, Malformed, Stale
from contracts.schema import Schema
from gateway.asking import Identity, Json, ask, identity

_PATH_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class ApiRequest:
    """The request that a hand-written view answers; whoever needs to sign in has done so."""

    @property
    def identity(self) -> Identity | None:
        """Who has signed in: `.person`, `.role`, `.assertion`, `.token`; None on a public route."""
        return identity()

    @property
    def key(self) -> str | None:
        """The caller's `Idempotency-Key`."""
        return idempotency_key()

    def ask(self, call: Call, given: Json) -> Any:
        """Checks `given` (plain JSON values), makes the call with the caller's key and If-Match; its answer as JSON."""
        return ask(call, given, key=idempotency_key(), if_match=expected_version())

    def query(self) -> Json:
        """The query parameters, each given once."""
        return query_parameters()

    def json(self) -> Json:
        """The JSON body, an empty object if there is none."""
        return json_body()


View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Route:
    """One method of one path. `call` is what it makes; a view by hand may have none, then `roles` says who may.

    For the API's description: `form` is what a multipart body holds besides its `file`, `answers` what a view without a
    call answers, `alternative` a call whose JSON it takes and answers instead of what it `consumes`, `query` the fields
    of its call's input that come by the query.
    """

    method: str
    rule: str
    tag: str
    status: int
    call: Call | None
    roles: frozenset[Role]
    view: View | None = None
    consumes: str = "application/json"
    produces: str = "application/json"
    summary: str = ""
    largest: int | None = None
    form: type[Schema] | None = None
    answers: type[Schema] | None = None
    alternative: Call | None = None
    query: tuple[str, ...] = ()

    @property
    def endpoint(self) -> str:
        """Unique in the API: the method and the path in words."""
        return re.sub(r"\W+", "_", self.method.lower() + _PATH_PARAMETER.sub(r"\1", self.rule))

    @property
    def is_public(self) -> bool:
        return "public" in self.roles

    @property
    def path_parameters(self) -> list[str]:
        return _PATH_PARAMETER.findall(self.rule)

    def answer(self, **path: Any) -> ResponseReturnValue:
        """Reads the request, makes the call, answers with the declared status."""
        if self.view is not None:
            return self.view(ApiRequest(), **path)
        assert self.call is not None
        given = query_parameters() if self.method == "GET" else json_body()
        if taken := [name for name in given if name in path]:
            raise Invalid("The input is not valid.", errors={name: ["Unknown field."] for name in taken})
        given |= {name: str(value) if isinstance(value, UUID) else value for name, value in path.items()}
        answer = ask(self.call, given, key=idempotency_key(), if_match=expected_version())
        if self.status == 204:
            return Response(status=204)
        response = jsonify({} if answer is None else answer)
        response.status_code = self.status
        if isinstance(answer, dict) and isinstance(answer.get("version"), int):
            response.headers["ETag"] = f'"{answer["version"]}"'
        return response


class Routes:
    """The routes of one service, shown under `tag` in the API's description."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.all: list[Route] = []

    def get(self, rule: str, call: Call, *, status: int = 200) -> None:
        self._expose("GET", rule, call, status)

    def post(self, rule: str, call: Call, *, status: int = 200) -> None:
        self._expose("POST", rule, call, status)

    def patch(self, rule: str, call: Call, *, status: int = 200) -> None:
        self._expose("PATCH", rule, call, status)

    def put(self, rule: str, call: Call, *, status: int = 200) -> None:
        self._expose("PUT", rule, call, status)

    def delete(self, rule: str, call: Call, *, status: int = 204) -> None:
        self._expose("DELETE", rule, call, status)

    def view(
        self,
        method: str,
        rule: str,
        call: Call | None = None,
        *,
        status: int = 200,
        roles: frozenset[Role] = SIGNED_IN,
        consumes: str = "application/json",
        produces: str = "application/json",
        largest: int | None = None,
        form: type[Schema] | None = None,
        answers: type[Schema] | None = None,
        alternative: Call | None = None,
        query: tuple[str, ...] = (),
    ) -> Callable[[View], View]:
        """A view by hand: `view(api, **path)`. Its docstring's first line is its summary.

        `call` is the call that it makes (its roles and schemas are then the route's), `roles` who may where there is no
        one call; `largest` is the most bytes that its body may have, where that is more than an ordinary request's. The
        last four are for the API's description (see `Route`).
        """

        def register(function: View) -> View:
            summary = (function.__doc__ or "").strip().split("\n")[0].rstrip(".")
            allowed = call.roles if call else roles
            self.all.append(
                Route(
                    method,
                    rule,
                    self.tag,
                    status,
                    call,
                    allowed,
                    view=function,
                    consumes=consumes,
                    produces=produces,
                    summary=summary,
                    largest=largest,
                    form=form,
                    answers=answers,
                    alternative=alternative,
                    query=query,
                )
            )
            return function

        return register

    def _expose(self, method: str, rule: str, call: Call, status: int) -> None:
        self.all.append(Route(method, rule, self.tag, status, call, call.roles))


def query_parameters() -> Json:
    """The query parameters, each given once; `Invalid` for one given twice or that is no text."""
    found: Json = {}
    for name, values in request.args.lists():
        if len(values) > 1:
            raise Invalid("The input is not valid.", errors={name: ["Given more than once."]})
        found[name] = values[0]
    _refuse_what_no_database_holds(found)
    return found


def json_body() -> Json:
    """The body's JSON object, `{}` for none. 415 for another type, `Malformed` for no JSON, `Invalid` for no object."""
    if request.args:
        raise Invalid("The input is not valid.", errors={name: ["Unknown query parameter."] for name in request.args})
    body = request.get_data(cache=False)
    if not body:
        return {}
    if not request.is_json:
        raise UnsupportedMediaType("The body must be application/json.")
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"The body is no JSON in UTF-8: {error}") from None
    if not isinstance(document, dict):
        raise Invalid("The input is not valid.", errors={"_schema": ["The body must be a JSON object."]})
    _refuse_what_no_database_holds(document)
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _refuse_what_no_database_holds(given: Json) -> None:
    """Half a surrogate pair has no UTF-8, and PostgreSQL has no place for U+0000."""
    for name, value in given.items():
        text = json.dumps([name, value], ensure_ascii=False)
        if "\\u0000" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise Invalid("The input is not valid.", errors={ascii(name)[1:-1]: ["Holds a character that is no text."]})


def idempotency_key() -> str | None:
    """The caller's `Idempotency-Key`; `Malformed` unless it is 1..200 visible ASCII characters."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise Malformed("Idempotency-Key must be 1 to 200 visible ASCII characters.")
    return key


def expected_version() -> int | None:
    """The version of `If-Match: "VERSION"`; None without the header or for `*`. What is no version of ours is stale."""
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    found = re.fullmatch(r'"?(\d{1,9})"?', given.strip())
    if not found:
        raise Stale('If-Match must be a version in quotes, like "3".')
    return int(found.group(1))
