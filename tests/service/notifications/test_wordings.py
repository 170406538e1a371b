"""The organisation's own wording: checked when it is saved, so that no mail is ever stopped by it (S1.13)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calls import notifications as calls
from contracts.errors import Forbidden, Invalid
from contracts.notification import KINDS
from services.notifications.outbound import letter
from services.notifications.outbound.samples import scene_of
from services.notifications.outbound.wording import DEFAULTS, Wording, fill
from services.notifications.wordings.placeholders import faults, paths
from tests.service.notifications.house import House
from tests.service.notifications.mailserver import MailServer
from tests.service.notifications.test_letters import content, sent
from tests.support import people


def wording(post: House, kind: str, subject: str, body: str) -> Any:
    return post.harness.call(calls.write_template, {"kind": kind, "subject": subject, "body": body}, actor=people.ADMIN)


def shown(post: House, kind: str) -> Any:
    return post.harness.call(calls.get_template, {"kind": kind}, actor=people.ADMIN)


def preview(post: House, kind: str, **draft: str) -> Any:
    return post.harness.call(calls.preview_template, {"kind": kind, **draft}, actor=people.ADMIN)


@pytest.mark.parametrize("kind", KINDS)
def test_the_default_of_every_kind_can_be_saved_as_it_stands_and_previewed(post: House, kind: str) -> None:
    default = shown(post, kind)
    assert default["is_default"]
    saved = wording(post, kind, default["subject"], default["body"])
    assert saved | {"is_default": True} == default
    seen = preview(post, kind)
    assert seen["subject"]
    assert "{{" not in seen["subject"] + seen["text"]


def test_s1_13_a_mail_has_the_organisations_words_and_what_it_must_carry(post: House, mail_server: MailServer) -> None:
    wording(post, "goal_created", "{{client.first_name}}, {{name}}!", "Dear {{ client.first_name }},\n\na <b>goal</b>.")
    mail = sent(post, mail_server, "goal_created", post.client)
    assert mail["Subject"] == "Leila, Lead with calm!"
    assert "Dear Leila,\n\na <b>goal</b>." in content(mail, "text/plain")
    assert "a &lt;b&gt;goal&lt;/b&gt;." in content(mail, "text/html")
    for type_ in ("text/plain", "text/html"):
        assert "/goals/" in content(mail, type_), "its button stays whatever the wording"


@pytest.mark.parametrize("name", ["client.name", "client.first_name", "program", "others"])
def test_s1_29_no_wording_tells_a_stakeholder_more_than_the_goal(post: House, name: str) -> None:
    assert name not in shown(post, "feedback_request")["placeholders"]
    with pytest.raises(Invalid):
        wording(post, "feedback_request", "Feedback", f"{{{{ {name} }}}}")


def test_deleting_the_own_wording_brings_the_default_back(post: House) -> None:
    wording(post, "invoice", "Mine", "Mine")
    assert not shown(post, "invoice")["is_default"]
    for _ in range(2):
        post.harness.call(calls.reset_template, {"kind": "invoice"}, actor=people.ADMIN)
    assert shown(post, "invoice")["subject"] == DEFAULTS["invoice"].subject


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("Hello {{client.nickname}}", "There is no placeholder {{client.nickname}} in this kind of mail."),
        ("{{ invoice.number }}", "There is no placeholder {{invoice.number}} in this kind of mail."),
        ("{% if secret %}x{% endif %}", "There is no placeholder {{secret}} in this kind of mail."),
        ("{{ client", "Line 1 cannot be read"),
        ("{% for x in client %}{% endfor %}", "A for cannot stand in a wording"),
        ("{{ client.name.upper() }}", "A call cannot stand in a wording"),
        ("{{ client.name | upper }}", "A filter cannot stand in a wording"),
        ("{{ client.__class__.__mro__ }}", "There is no placeholder"),
        ("{% if program %}" * 100 + "{% endif %}" * 100, "Too many conditions stand in one another."),
        ("{% if " + "not " * 2000 + "program %}x{% endif %}", "Too many conditions stand in one another."),
        ("{{ 7 * 7 }}", "A mul cannot stand in a wording"),
        ("{% set x = 1 %}", "A assign cannot stand in a wording"),
        ("{% include 'letter.html' %}", "A include cannot stand in a wording"),
    ],
)
def test_what_could_not_be_filled_in_is_refused_and_named(post: House, body: str, says: str) -> None:
    for tried in (
        lambda: wording(post, "goal_created", "A goal", body),
        lambda: preview(post, "goal_created", body=body),
    ):
        with pytest.raises(Invalid) as refused:
            tried()
        assert says in str(refused.value.errors["body"])
    assert shown(post, "goal_created")["is_default"], "nothing is half done"


def test_a_preview_shows_a_draft_and_saves_nothing(post: House) -> None:
    seen = preview(post, "invoice", subject="Number {{ invoice.number }}")
    assert seen["subject"] == "Number 2030-0012"
    assert "€1,190.00" in seen["text"]
    assert shown(post, "invoice")["is_default"]
    assert post.log() == []


def test_the_wording_is_the_admins(post: House) -> None:
    for call in (calls.list_templates, calls.get_template, calls.write_template, calls.reset_template):
        given_ = {} if call is calls.list_templates else {"kind": "invoice"}
        given_ |= {"subject": "x", "body": "x"} if call is calls.write_template else {}
        for actor in (post.coach, post.client):
            with pytest.raises(Forbidden):
                post.harness.call(call, given_, actor=actor)
    assert len(post.harness.call(calls.list_templates, {}, actor=people.ADMIN)["items"]) == len(KINDS)


PIECES = st.sampled_from(
    ["{{client.first_name}}", "{{ others }}", "{% if reader.is_client %}", "{% else %}", "{% endif %}", "{{", "}}",
     "{%", "text", "\n\n", "{{ nobody }}", "{{ reader }}", "{{ client }}", "{{ organisation.name }}", "{# x #}",
     "{% raw %}"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=8).map("".join), st.sampled_from(KINDS))
def test_whatever_passes_the_check_can_be_filled_in(template: str, kind: str) -> None:
    scene = scene_of(kind, DEFAULTS[kind], "Northlight", "#0E6B56", "UTC", "https://coach.example")
    values = letter.values_of(scene)
    if not faults(template, frozenset(paths(values))):
        fill(Wording(template, template), values)
