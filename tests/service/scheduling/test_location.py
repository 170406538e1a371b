"""Links to calls are made from what a person typed, and none of them is ever dangerous (S2.93, S2.94)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.calls.scheduling import LOCATION_KINDS
from services.scheduling.sessions.location import href_of, place_of
from tests.service.scheduling.house import House


@pytest.mark.parametrize(
    ("kind", "detail", "href"),
    [
        ("zoom", "https://us02web.zoom.us/j/123?pwd=a.b-c_d&x=%20", "https://us02web.zoom.us/j/123?pwd=a.b-c_d&x=%20"),
        ("zoom", " https://acme.zoom.us/my/judith ", "https://acme.zoom.us/my/judith"),
        ("zoom", "zoom.us/j/98765432100", "https://zoom.us/j/98765432100"),
        ("zoom", "http://zoom.us/j/98765432100", "https://zoom.us/j/98765432100"),
        ("zoom", "987 6543 2100", "https://zoom.us/j/98765432100"),
        ("zoom", "my usual room", None),
        ("meet", "https://meet.google.com/abc-defg-hij", "https://meet.google.com/abc-defg-hij"),
        ("meet", "abc-defg-hij", "https://meet.google.com/abc-defg-hij"),
        ("meet", "meet.google.com/abc-defg-hij", "https://meet.google.com/abc-defg-hij"),
        (
            "teams",
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%22Tid%22%7d",
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%22Tid%22%7d",
        ),
        ("teams", "teams.live.com/meet/123", "https://teams.live.com/meet/123"),
        ("skype", "judith.okonkwo", "skype:judith.okonkwo?call"),
        ("skype", "live:.cid.4f2a", "skype:live:.cid.4f2a?call"),
        ("skype", "skype:judith?call", "skype:judith?call"),
        ("skype", "https://join.skype.com/AbC123", "https://join.skype.com/AbC123"),
        ("skype", "join.skype.com/AbC123", "https://join.skype.com/AbC123"),
        ("skype", "judith okonkwo", None),
        ("phone", "+49 (0)30 1234-567", "tel:+49301234567"),
        ("phone", "(030) 123 45 67", "tel:0301234567"),
        ("phone", "tel:+1-212-555-0100", "tel:+12125550100"),
        ("phone", "+1 212 555 0100 ext. 7", "tel:+12125550100;ext=7"),
        ("phone", "I call you", None),
        ("phone", "12", None),
        ("in_person", "https://maps.example.org/room", None),
        ("in_person", "Room 4", None),
        ("other", "https://whereby.com/judith", "https://whereby.com/judith"),
        ("other", "https://münchen.example/räume", "https://xn--mnchen-3ya.example/r%C3%A4ume"),
        ("other", "under the clock", None),
        ("zoom", None, None),
        ("phone", "   ", None),
    ],
)
def test_s2_94_what_was_typed_becomes_a_link_that_opens_the_call(
    kind: str, detail: str | None, href: str | None
) -> None:
    assert href_of(kind, detail) == href


EVIL = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://zoom.us/j/1",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "https://zoom.us@evil.example/j/1",
    "https://user:secret@zoom.us/j/1",
    "https://zoom.us\\@evil.example/",
    'https://zoom.us/"onmouseover="alert(1)',
    "https://zoom.us/<script>",
    "https://",
    "https:///zoom.us",
    "https:zoom.us",
    "//evil.example",
    "https://zoom.us:99999/",
    "https://zoom.us:x/",
    "https://[::1]/",
    "https://localhost/",
    "https://127.0.0.1/",
    "file:///etc/passwd",
    "skype:x?call&javascript:alert(1)",
    "skype:judith?call\njavascript:1",
    "tel:javascript:1",
    "https://zoom.us/j/1\r\nSet-Cookie: x=1",
    "xn--zoom.us/javascript:",
]


@pytest.mark.parametrize("kind", LOCATION_KINDS)
@pytest.mark.parametrize("detail", EVIL)
def test_nothing_dangerous_ever_becomes_a_link(kind: str, detail: str) -> None:
    assert href_of(kind, detail) is None


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from(LOCATION_KINDS),
    detail=st.one_of(
        st.text(max_size=60),
        st.from_regex(r"(https?|tel|skype|javascript):[ -~]{0,40}", fullmatch=True),
        st.from_regex(r"(zoom\.us|meet\.google\.com|https://[a-z.@:\\]{1,20})/[ -~]{0,30}", fullmatch=True),
    ),
)
@example(kind="skype", detail="a:b")
def test_every_link_is_https_tel_or_skype_and_plain_ascii(kind: str, detail: str) -> None:
    href = href_of(kind, detail)
    if href is not None:
        parts = urlsplit(href)
        assert parts.scheme in ("https", "tel", "skype")
        assert href.isascii()
        assert not set(href) & set('"<> \\^`{|}\r\n\t')
        assert parts.scheme != "https" or (parts.hostname and "@" not in parts.netloc)
        assert kind != "in_person"


@pytest.mark.parametrize(
    ("kind", "detail", "place"),
    [
        ("zoom", "https://zoom.us/j/1", "Zoom: https://zoom.us/j/1"),
        ("phone", "+49 30 1234567", "Phone: +49 30 1234567"),
        ("in_person", "Room 4", "Room 4"),
        ("in_person", None, "In person"),
        ("teams", "", "Microsoft Teams"),
    ],
)
def test_s2_93_a_calendar_shows_the_kind_of_place(kind: str, detail: str | None, place: str) -> None:
    assert place_of(kind, detail) == place


def test_s2_92_a_session_shows_its_place(house: House) -> None:
    assert house.schedule(location={"kind": "skype", "detail": "judith"})["location"] == {
        "kind": "skype",
        "detail": "judith",
        "href": "skype:judith?call",
    }
