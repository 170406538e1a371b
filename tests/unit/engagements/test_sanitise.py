"""Rich text on the way in (rule C16): what an editor makes is kept, nothing that runs is."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from contracts.errors import Invalid
from services.engagements.notes.sanitise import file_ids, plain_text, sanitise

IMAGE = "0b9a4c52-1f7e-4d7c-8a3d-64f1c2e0b7a9"
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><circle/></svg>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="jAvAsCrIpT&colon;alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<iframe src="https://evil.example/"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<p style="background:url(javascript:alert(1))">x</p>',
    "<p onclick=alert(1)>x</p>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<form action=//evil.example><button>x</button></form>",
    '<meta http-equiv=refresh content="0;url=//evil.example">',
    "<object data=//evil.example></object><embed src=//evil.example>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<style>@import '//evil.example'</style>",
    '<img src="//evil.example/pixel">',
    "<base href=//evil.example>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_c16_nothing_that_runs_or_reaches_elsewhere_is_kept(payload: str) -> None:
    kept = sanitise(f"<p>before</p>{payload}")
    assert kept.startswith("<p>before</p>")
    tags = "".join(re.findall(r"<[^>]*>", kept)).lower()
    for bad in ("script", "onerror", "onload", "onclick", "style", "javascript", "evil", "srcdoc", "data:", "<form"):
        assert bad not in tags, kept


def test_s2_37_what_the_toolbar_makes_is_kept() -> None:
    body = (
        '<h2>Plan</h2><p class="ql-align-center"><strong>bold</strong> <em>italic</em> <u>under</u> '
        '<span class="ql-bg-yellow ql-font-serif ql-size-large">marked</span></p>'
        '<ol><li data-list="bullet">one</li></ol>'
    )
    assert sanitise(body) == body


def test_s2_37_a_link_opens_apart_and_tells_nothing() -> None:
    kept = sanitise('<a href="https://a.example" target="_top">x</a>')
    assert 'rel="noopener noreferrer"' in kept
    assert 'target="_blank"' in kept


def test_s2_37_a_video_stays_from_a_known_host_and_in_a_sandbox() -> None:
    kept = sanitise('<iframe class="ql-video" src="https://www.youtube-nocookie.com/embed/abc_1-2"></iframe>')
    assert 'src="https://www.youtube-nocookie.com/embed/abc_1-2"' in kept
    assert "sandbox=" in kept


def test_c16_an_image_is_a_file_of_ours_and_a_data_url_is_refused_aloud() -> None:
    assert file_ids(sanitise(f'<img src="/files/{IMAGE}/content" alt="Map">')) == [UUID(IMAGE)]
    assert file_ids(sanitise(f'<img src="/files/{IMAGE}/content/../../x">')) == []
    with pytest.raises(Invalid) as refused:
        sanitise('<p>x</p><img alt="a" src="data:image/png;base64,AAAA">')
    assert "body" in refused.value.errors


def test_the_words_of_a_note_are_its_text() -> None:
    assert plain_text("<p>Courage &amp; <em>calm</em></p><p>now</p>") == "Courage & calm now"
