"""How the portal's modules declare their pages: who may open each is said with its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue

from contracts.actor import ADMIN, ANYONE, CLIENT, SIGNED_IN, STAFF, Role

View = Callable[..., ResponseReturnValue]

__all__ = ["ADMIN", "ANYONE", "CLIENT", "SIGNED_IN", "STAFF", "Page", "Pages"]


@dataclass(frozen=True)
class Page:
    """One method of one address. `largest` is the most bytes of its body, if more than an ordinary form's."""

    method: str
    rule: str
    roles: frozenset[Role]
    view: View
    largest: int | None = None


class Pages:
    """The pages of one module: `@pages.get("/clients", STAFF)`."""

    def __init__(self) -> None:
        self.all: list[Page] = []

    def get(self, rule: str, roles: frozenset[Role]) -> Callable[[View], View]:
        return self._add("GET", rule, roles, None)

    def post(self, rule: str, roles: frozenset[Role], *, largest: int | None = None) -> Callable[[View], View]:
        return self._add("POST", rule, roles, largest)

    def install(self, app: Flask) -> None:
        for page in self.all:
            view = _with(page)
            endpoint = f"{page.view.__module__.removeprefix('gateway.')}.{page.view.__name__}"
            app.add_url_rule(page.rule, f"{endpoint}.{page.method.lower()}", view, methods=[page.method])

    def _add(self, method: str, rule: str, roles: frozenset[Role], largest: int | None) -> Callable[[View], View]:
        def register(view: View) -> View:
            self.all.append(Page(method, rule, roles, view, largest))
            return view

        return register


def _with(page: Page) -> View:
    """The view as Flask calls it, with what access and the body limit ask of it."""

    def view(**path: Any) -> ResponseReturnValue:
        return page.view(**path)

    view.roles = page.roles  # type: ignore[attr-defined]
    view.largest = page.largest  # type: ignore[attr-defined]
    return view
