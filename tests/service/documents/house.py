"""A coach, an active client and their engagement; and the HTTP by which the gateway brings and fetches bytes."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

from werkzeug.test import Client, TestResponse

from chassis import identity
from contracts.actor import Actor
from contracts.calls import documents as calls
from services.documents.files.http import make_app
from tests.support import people
from tests.support.harness import PRIVATE_KEY, Harness

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


class House:
    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.admin = people.ADMIN
        self.coach = people.coach("Judith Okonkwo")
        self.client = self.client_called("Leila Haddad")
        self.engagement = self.engagement_of(self.client, self.coach)
        self.http = Client(make_app(harness.runtime))

    def client_called(self, name: str, **changes: Any) -> Actor:
        actor = people.client(name)
        self.harness.feed("engagements.client.added.v1", subject=actor.id, data=people.client_facts(actor, **changes))
        return actor

    def engagement_of(self, client: Actor, coach: Actor) -> UUID:
        id_ = uuid4()
        facts = people.engagement_facts(client.id, coach.id)
        self.harness.feed("engagements.engagement.created.v1", subject=id_, data=facts)
        return id_

    def engagement_changed(self, client: Actor, coach: Actor, what: str, **changes: Any) -> None:
        facts = people.engagement_facts(client.id, coach.id, **changes)
        self.harness.feed(f"engagements.engagement.{what}.v1", subject=self.engagement, sequence=2, data=facts)

    def bearer(self, actor: Actor) -> dict[str, str]:
        return {"Authorization": "Bearer " + identity.sign(PRIVATE_KEY, actor, self.harness.clock.now())}

    def post(
        self, path: str, actor: Actor, content: bytes, name: str, *, key: str | None = None, **fields: Any
    ) -> TestResponse:
        headers = self.bearer(actor) | ({"Idempotency-Key": key} if key else {})
        form = {"file": (io.BytesIO(content), name), **fields}
        return self.http.post(path, data=form, content_type="multipart/form-data", headers=headers)

    def upload(self, content: bytes = PDF, name: str = "Values worksheet.pdf", **options: Any) -> dict[str, Any]:
        """A file in the library."""
        answer = self.post("/library/files", options.pop("actor", self.coach), content, name, **options)
        assert answer.status_code == 201, answer.text
        assert answer.json is not None
        return answer.json

    def upload_resource(
        self, actor: Actor, content: bytes = PDF, name: str = "My reflections.pdf", **options: Any
    ) -> TestResponse:
        return self.post(f"/engagements/{self.engagement}/resources", actor, content, name, **options)

    def share(self, *library_ids: str, actor: Actor | None = None, engagement: UUID | None = None) -> Any:
        given = {"engagement_id": str(engagement or self.engagement), "library_ids": list(library_ids)}
        return self.harness.call(calls.share_resources, given, actor=actor or self.coach)

    def resources(self, actor: Actor, **more: Any) -> Any:
        given = {"engagement_id": str(self.engagement), **more}
        return self.harness.call(calls.list_resources, given, actor=actor)

    def library(self, **given: Any) -> Any:
        return self.harness.call(calls.list_library, given, actor=self.coach)

    def get(self, file_id: str, actor: Actor, **headers: str) -> TestResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.get(f"/files/{file_id}/content", headers=self.bearer(actor) | given)
