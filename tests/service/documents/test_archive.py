"""A folder of an engagement as a ZIP: whole, for whoever sees it there, with names that every system takes."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath
from uuid import uuid4
from zipfile import ZipFile

from hypothesis import given
from hypothesis import strategies as st

from contracts.actor import Actor
from contracts.calls import documents as calls
from services.documents.files.archive import Entry, placed
from tests.service.documents.house import House
from tests.service.documents.test_folders import call, change, folder
from tests.support import people


def zip_of(house: House, folder_id: str, actor: Actor) -> ZipFile:
    answer = house.http.get(f"/engagements/{house.engagement}/folders/{folder_id}/zip", headers=house.bearer(actor))
    assert answer.status_code == 200, answer.text
    assert answer.content_length == len(answer.data)
    assert answer.headers["Content-Type"] == "application/zip"
    return ZipFile(io.BytesIO(answer.data))


def status_of(house: House, folder_id: str, actor: Actor) -> int:
    path = f"/engagements/{house.engagement}/folders/{folder_id}/zip"
    return house.http.get(path, headers=house.bearer(actor)).status_code


def test_a_folder_comes_with_all_that_is_in_it(house: House) -> None:
    packet = folder(house, "Welcome packet")
    week = folder(house, "Week 1", packet)
    folder(house, "Empty", packet)
    house.upload(b"hello", "hello.txt", folder_id=packet)
    house.upload(bytes(300_000), "zeros.bin", folder_id=week)
    deleted = house.upload(b"gone", "gone.txt", folder_id=week)
    call(house, calls.delete_library, deleted["id"])
    house.share(packet)
    for actor in (house.coach, house.client):
        found = zip_of(house, packet, actor)
        assert found.testzip() is None
        assert sorted(found.namelist()) == [
            "Welcome packet/",
            "Welcome packet/Empty/",
            "Welcome packet/Week 1/",
            "Welcome packet/Week 1/zeros.bin",
            "Welcome packet/hello.txt",
        ]
        assert found.read("Welcome packet/hello.txt") == b"hello"
        assert found.read("Welcome packet/Week 1/zeros.bin") == bytes(300_000)
    assert zip_of(house, week, house.client).namelist() == ["Week 1/", "Week 1/zeros.bin"]


def test_its_name_is_the_folders(house: House) -> None:
    packet = folder(house, "Übungen 1/2")
    house.share(packet)
    path = f"/engagements/{house.engagement}/folders/{packet}/zip"
    answer = house.http.get(path, headers=house.bearer(house.client))
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Ubungen 1_2.zip\"; filename*=UTF-8''%C3%9Cbungen%201_2.zip"
    )
    assert zip_of(house, packet, house.client).namelist() == ["Übungen 1_2/"]


def test_c22_nobody_gets_what_is_not_shared_there(house: House) -> None:
    top = folder(house, "All")
    mine = folder(house, "Mine", top)
    (shared,) = house.share(mine)["items"]
    assert status_of(house, mine, house.client) == 200
    assert status_of(house, top, house.client) == 404
    assert status_of(house, mine, people.client("Other Client")) == 404
    assert status_of(house, mine, people.coach("Other Coach")) == 404
    assert status_of(house, str(uuid4()), house.client) == 404
    file = house.upload(b"x", "x.txt")
    house.share(file["id"])
    assert status_of(house, file["id"], house.client) == 404
    call(house, calls.remove_resource, shared["id"])
    assert status_of(house, mine, house.client) == 404
    assert house.http.get(f"/engagements/{house.engagement}/folders/{mine}/zip").status_code == 401


def test_two_of_one_name_both_come(house: House) -> None:
    packet = folder(house, "Packet")
    for content in (b"one", b"two"):
        house.upload(content, "plan.pdf", folder_id=packet)
    nested = folder(house, "To be moved up")
    change(house, nested, parent_id=packet, name="PLAN.PDF")
    house.share(packet)
    found = zip_of(house, packet, house.client)
    assert found.namelist() == ["Packet/", "Packet/PLAN.PDF/", "Packet/plan (2).pdf", "Packet/plan (3).pdf"]
    assert {found.read(name) for name in found.namelist() if name.endswith(".pdf")} == {b"one", b"two"}


NAMES = st.one_of(
    st.text(min_size=1, max_size=255),
    st.sampled_from(["..", ".", "../../etc/passwd", "C:\\x", "CON", "nul.txt", "a", "A", "\u00e9", "e\u0301", "a (2)"]),
)


@st.composite
def trees(draw: st.DrawFn) -> list[Entry]:
    entries: list[Entry] = []
    for number, name in enumerate(draw(st.lists(NAMES, max_size=25))):
        folders = ["top", *(entry.id for entry in entries if not entry.is_file)]
        is_file = draw(st.booleans())
        entries.append(Entry(str(number), draw(st.sampled_from(folders)), name, is_file, 1, "x"))
    return draw(st.permutations(entries))


def steps(paths: list[PurePosixPath]) -> Iterator[str]:
    for path in paths:
        yield from path.parts


@given(trees())
def test_whatever_they_are_called_all_come_once_and_lead_nowhere_else(entries: list[Entry]) -> None:
    found = list(placed("top", "top", entries))
    assert {entry.id for _, entry in found} == {entry.id for entry in entries}
    paths = [path for path, _ in found]
    assert len({unicodedata.normalize("NFC", str(path)).casefold() for path in paths}) == len(entries)
    for step in steps(paths):
        assert step not in ("", ".", "..")
        assert not set(step) & set('\\/:*?"<>|\0')
        assert len(step.encode()) <= 255
    assert all(path.parts[0] == "top" for path in paths)
