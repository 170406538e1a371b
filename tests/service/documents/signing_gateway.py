"""The real gateway with a stand-in for engagements: whoever brings a token is the coach whose id it is."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Flask

from chassis import identity
from contracts.actor import Actor
from contracts.calls import Call
from contracts.errors import Unavailable
from gateway.app import create_app


class Engagements:
    """Answers `authenticate` alone."""

    def call(self, call: Call, input: dict[str, Any], **more: Any) -> Any:
        if call.path != "engagements.authenticate":
            raise Unavailable(f"There is no {call.service} here.")
        coach = Actor(UUID(input["token"]), "coach", "Judith Okonkwo")
        assertion = identity.sign(os.environ["ASSERTION_PRIVATE_KEY"], coach, dt.datetime.now(dt.UTC))
        return {"assertion": assertion, "person": {"id": str(coach.id), "role": "coach", "name": coach.name}}

    def gather(self, calls: Mapping[str, Any], assertion: str | None = None) -> dict[str, Any]:
        return {name: Unavailable("There is no such service here.") for name in calls}


def create() -> Flask:
    return create_app(client=Engagements())
