"""Import of clients from CSV, as the files come out of spreadsheets."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.calls import engagements as calls
from contracts.errors import Forbidden, Invalid
from tests.service.engagements.house import House, address

HEADER = "name,email,time_zone,phone,company"


def load(house: House, content: str, **options: Any) -> dict[str, Any]:
    return house.call(calls.import_clients, {"content": content, **options.pop("given", {})}, **options)


def names(house: House) -> list[str]:
    return [item["name"] for item in house.call(calls.list_clients, {}, by=house.admin)["items"]]


def test_good_rows_land_and_bad_ones_come_back_with_line_and_reason(house: House) -> None:
    answer = load(
        house,
        f"{HEADER}\n"
        "Ann Archer,ann@example.org,Europe/London,+44 20 7946 0018,Archer Ltd\n"
        "Bad Address,not-an-address,,,\n"
        ",nameless@example.org,,,\n"
        "Bad Zone,zone@example.org,Mars/Olympus,,\n"
        "Too Many,many@example.org,,,,surplus\n"
        "Bo Short,bo@example.org\n",
    )
    assert (answer["created"], answer["updated"]) == (2, 0)
    assert [row["line"] for row in answer["rejected"]] == [3, 4, 5, 6]
    assert [sorted(row["errors"]) for row in answer["rejected"]] == [["email"], ["name"], ["time_zone"], ["row"]]
    assert names(house) == ["Ann Archer", "Bo Short", "Leila Haddad"]
    added = [event.data for event in house.harness.events("engagements.client.added.v1")][-2:]
    assert [(data["company"], data["time_zone"]) for data in added] == [("Archer Ltd", "Europe/London"), (None, "UTC")]
    assert house.harness.requests() == house.harness.requests("staff_invitation")


def test_a_file_from_a_spreadsheet_is_read_as_it_is(house: House) -> None:
    content = (
        "\ufeffEmail , NAME,company\r\n"
        "\r\n"
        'ann@example.org,"Archer, Ann ""Annie""","Archer\r\n& Sons"\r\n'
        ",,\r\n"
        "bad,Bo,\r\n"
    )
    answer = load(house, content)
    assert answer == {
        "created": 1,
        "updated": 0,
        "rejected": [{"line": 6, "errors": {"email": ["Not a valid email address."]}}],
    }
    (ann,) = house.call(calls.list_clients, {"q": "annie"})["items"]
    assert (ann["name"], ann["company"]) == ('Archer, Ann "Annie"', "Archer\r\n& Sons")
    assert ann["coach_id"] == str(house.coach.id)


def test_a_client_that_is_there_is_updated_and_empty_cells_leave_what_it_has(house: House) -> None:
    content = f"{HEADER}\nLeila H.,{address('Leila Haddad').upper()},,,Haddad Ltd\n"
    assert load(house, content) == {"created": 0, "updated": 1, "rejected": []}
    client = house.call(calls.get_client, {"id": str(house.client.id)})
    assert (client["name"], client["company"], client["time_zone"]) == ("Leila H.", "Haddad Ltd", "UTC")
    assert client["email"] == address("Leila Haddad")
    version = client["version"]
    assert load(house, content) == {"created": 0, "updated": 1, "rejected": []}
    assert house.call(calls.get_client, {"id": str(house.client.id)})["version"] == version


def test_an_address_twice_in_the_file_counts_once(house: House) -> None:
    answer = load(house, f"{HEADER}\nAnn,ann@example.org,,,\nAnn again,ANN@example.org,,,\n")
    assert answer["created"] == 1
    assert answer["rejected"] == [{"line": 3, "errors": {"email": ["The same address is in line 2."]}}]


def test_c22_addresses_of_staff_and_of_other_coaches_clients_are_rejected(house: House) -> None:
    other = house.coach_called("Tomas Herrera")
    rows = f"{HEADER}\nX,{address('Leila Haddad')},,,\nY,{address('Judith Okonkwo')},,,\n"
    answer = load(house, rows, by=other)
    assert answer["created"] == answer["updated"] == 0
    assert [row["errors"] for row in answer["rejected"]] == [{"email": ["Taken already."]}] * 2
    assert load(house, rows, by=house.admin)["updated"] == 1


def test_a_preview_says_what_would_happen_and_does_nothing(house: House) -> None:
    content = f"{HEADER}\nAnn,ann@example.org,,,\nLeila,{address('Leila Haddad')},,,\nBad,bad,,,\n"
    before = len(house.harness.published())
    preview = load(house, content, given={"preview": True})
    assert (names(house), len(house.harness.published())) == (["Leila Haddad"], before)
    assert load(house, content) == preview


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "The file is empty."),
        ("name,email,shoe_size\n", "Unknown column: shoe_size."),
        ("name,phone\n", "Column missing: email."),
        ("name,email,email\n", "Column given twice: email."),
        ("name;email;time_zone\n", "Unknown column: name;email;time_zone."),
        ('"name,email\n', "Cannot be read: unexpected end of data."),
    ],
)
def test_a_wrong_header_refuses_the_file_and_says_what_is_wrong(house: House, content: str, problem: str) -> None:
    with pytest.raises(Invalid) as caught:
        load(house, content)
    assert problem in caught.value.errors["header"]


def test_a_quote_that_never_ends_is_rejected_where_it_begins(house: House) -> None:
    answer = load(house, f'{HEADER}\nAnn,ann@example.org,,,\n"Bo,bo@example.org,,,\nCy,cy@example.org,,,\n')
    assert answer["created"] == 1
    assert [row["line"] for row in answer["rejected"]] == [3]


def test_two_hundred_rows_land_in_one_go(house: House) -> None:
    rows = "".join(f"Client {n},client{n}@example.org,,,\n" for n in range(200))
    assert load(house, f"{HEADER}\n{rows}")["created"] == 200
    assert len(house.harness.events("engagements.client.added.v1")) == 201


def test_a_client_imports_nobody(house: House) -> None:
    with pytest.raises(Forbidden):
        load(house, HEADER, by=house.client)
