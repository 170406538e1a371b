"""An engagement with 300 files: lists go page by page by cursor, and a longer page asks no more questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from contracts.calls import documents as calls
from services.documents.files.models import File
from services.documents.library.models import LibraryItem
from services.documents.resources.models import Resource
from tests.service.documents.house import House
from tests.service.documents.test_folders import folder

FILES = 300


@pytest.fixture
def large(house: House) -> House:
    """Written straight into the tables: what is measured is reading. Half of them lie in a shared folder."""
    shared = folder(house, "Packet")
    with house.harness.runtime.work() as work:
        top = work.session.get_one(LibraryItem, UUID(shared))
        for number in range(FILES):
            stored = {"name": f"{number}.txt", "content_type": "text/plain", "size": 1, "checksum": "0" * 64}
            file = work.add(File(**stored, uploaded_by_id=house.coach.id))
            if number % 2:
                work.add(LibraryItem.of_file(file, top.id, "Judith"))
            else:
                work.add(Resource.of(file, house.engagement, house.coach))
    house.harness.clock.advance(seconds=1)
    house.share(shared)
    house.folder = shared  # type: ignore[attr-defined]
    return house


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note_down(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(house.harness.database.engine, "before_cursor_execute", note_down)
    yield asked
    event.remove(house.harness.database.engine, "before_cursor_execute", note_down)


def test_lists_of_300_files_page_by_cursor_and_ask_no_more_for_a_longer_page(large: House) -> None:
    engagement, inside = {"engagement_id": str(large.engagement)}, {"folder_id": large.folder}  # type: ignore[attr-defined]
    lists = [
        (calls.list_resources, engagement, FILES // 2 + 1),
        (calls.list_resources, engagement | inside, FILES // 2),
        (calls.list_library, inside, FILES // 2),
    ]
    for call, given, total in lists:
        counted = []
        for limit in (5, 100):
            with statements(large) as asked:
                large.harness.call(call, given | {"limit": limit}, actor=large.coach)
            counted.append(len(asked))
        assert counted[0] == counted[1], call.path
        found: list[str] = []
        cursor = None
        while True:
            page = large.harness.call(call, given | {"limit": 40, "cursor": cursor}, actor=large.coach)
            found += [item["id"] for item in page["items"]]
            if (cursor := page["next"]) is None:
                break
        assert len(found) == len(set(found)) == total, call.path
