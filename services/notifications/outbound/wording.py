"""The wording of each kind: subject and body as Jinja2 templates in plain text, a blank line between paragraphs.

What a mail must carry (its facts, its button, its attachments) is not wording: see letter.py. Templates run in a
sandbox, and a placeholder that has no value is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unicodedata import category

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment


@dataclass(frozen=True)
class Wording:
    """`subject` is one line."""

    subject: str
    body: str


@dataclass(frozen=True)
class Worded:
    """A wording filled in: plain text, not yet escaped for anything."""

    subject: str
    paragraphs: tuple[str, ...]


DEFAULTS = {
    "session_scheduled": Wording(
        "{% if reader.is_client %}Your session{% else %}Session with {{ others }}{% endif %} on {{ session.short }}",
        """{{ greeting }}

{% if reader.is_client %}Your session with {{ coach.name }} is set.
{%- elif reader.is_staff %}A session with {{ client.name }} is planned.
{%- else %}You are invited to a coaching session with {{ others }}.{% endif %}

The invite is attached: open it to put the session into your calendar.""",
    ),
    "session_rescheduled": Wording(
        "{% if session.previous %}New time: {{ session.short }}"
        "{% else %}Changed: {% if reader.is_client %}your session{% else %}session with {{ others }}{% endif %}"
        " on {{ session.short }}{% endif %}",
        """{{ greeting }}

{% if reader.is_client %}Your session with {{ coach.name }}{% else %}The session with {{ others }}{% endif %} has
{%- if session.previous %} moved to another time.{% else %} changed.{% endif %}

The attached invite brings your calendar up to date.""",
    ),
    "session_cancelled": Wording(
        "{% if session.removed %}No longer expected: {% else %}Cancelled: {% endif %}"
        "{% if reader.is_client %}your session{% else %}session with {{ others }}{% endif %} on {{ session.short }}",
        """{{ greeting }}

{% if session.removed %}You are no longer expected at the session with {{ others }}.
{%- elif reader.is_client %}Your session with {{ coach.name }} is cancelled.
{%- else %}The session with {{ others }} is cancelled.{% endif %}

The attached invite takes it out of your calendar.""",
    ),
    "session_reminder": Wording(
        "Reminder: {% if reader.is_client %}your session{% else %}session with {{ others }}{% endif %}"
        " on {{ session.short }}",
        """{{ greeting }}

{% if reader.is_client %}Your session with {{ coach.name }} is near.
{%- else %}The session with {{ others }} is near.{% endif %}""",
    ),
    "form_request": Wording(
        "{% if reminder %}Reminder: {% endif %}{{ coach.name }} asks you to fill in: {{ form }}",
        """{{ greeting }}

{% if reminder %}{{ coach.name }} still waits for your answers to {{ form }}.
{%- else %}{{ coach.name }} asks you to fill in {{ form }}.{% endif %} It works on a phone too.""",
    ),
    "item_task": Wording(
        "A task for you: {{ item }}",
        """{{ greeting }}

{{ coach.name }} has a task for you: {{ item }}.""",
    ),
    "item_file": Wording(
        "For you: {{ item }}",
        """{{ greeting }}

{{ coach.name }} has something for you to read: {{ item }}.""",
    ),
    "item_link": Wording(
        "For you: {{ item }}",
        """{{ greeting }}

{{ coach.name }} has something for you to look at: {{ item }}.""",
    ),
    "invoice": Wording(
        "{% if reminder %}Reminder: invoice{% else %}Invoice{% endif %} {{ invoice.number }}, {{ invoice.total }}",
        """{{ greeting }}

{% if reminder %}Of invoice {{ invoice.number }} of {{ organisation.name }}, {{ invoice.balance }} are still to be paid.
{%- if invoice.due %} Its due date is {{ invoice.due }}.{% endif %} It is attached once more.
{%- else %}Attached is invoice {{ invoice.number }} of {{ organisation.name }} over {{ invoice.total }}.
{%- if invoice.due %} Please pay by {{ invoice.due }}.{% endif %}{% endif %}""",
    ),
    "invitation": Wording(
        "{{ organisation.name }} invites you to your coaching portal",
        """{{ greeting }}

{{ coach.name }} invites you to your own place for {{ program }}: your sessions, goals, notes and resources, together.
{%- if message %}

{{ message }}{% endif %}

Create a password to open it.""",
    ),
    "staff_invitation": Wording(
        "Your account with {{ organisation.name }}",
        """{{ greeting }}

{{ organisation.name }} has added you to the team. Create a password to sign in.
{%- if message %}

{{ message }}{% endif %}""",
    ),
    "password_reset": Wording(
        "Set a new password",
        """{{ greeting }}

Somebody, most likely you, asked for a new password for your account with {{ organisation.name }}.

If it was not you, there is nothing to do: your password stays as it is.""",
    ),
    "feedback_request": Wording(
        "{{ coach.name }} asks for your feedback",
        """{{ greeting }}

{{ coach.name }} asks how far a goal has come, in your eyes. A rating and, if you like, some words: two minutes.

{{ coach.name }} reads what you write with your name on it.""",
    ),
    "coach_changed": Wording(
        "{% if reader.is_client %}Your coach is {{ new_coach_name }} now"
        "{% else %}{{ client.name }}: {{ new_coach_name }} is the coach now{% endif %}",
        """{{ greeting }}

{% if reader.is_client %}Your engagement {{ program }} has gone from {{ previous_coach_name }} to {{ new_coach_name }}.
{%- else %}The engagement {{ program }} with {{ client.name }} has gone from {{ previous_coach_name }}
{#- #} to {{ new_coach_name }}.{% endif %}""",
    ),
    "resource_shared": Wording(
        "{% if reader.is_staff %}New from {{ client.name }}{% else %}New in your resources{% endif %}: {{ names }}",
        """{{ greeting }}

{% if reader.is_staff %}{{ client.name }}{% else %}{{ coach.name }}{% endif %} has shared with you: {{ names }}.""",
    ),
    "note_shared": Wording(
        "{{ coach.name }} has shared a note with you",
        """{{ greeting }}

{{ coach.name }} has shared {{ place }} with you. You find it in your portal, under {{ program }}.""",
    ),
    "goal_created": Wording(
        "A new goal: {{ name }}",
        """{{ greeting }}

{{ coach.name }} has set a goal with you: {{ name }}.""",
    ),
    "assignment_shared": Wording(
        "A new assignment: {{ name }}",
        """{{ greeting }}

{{ coach.name }} has given you an assignment: {{ name }}.""",
    ),
    "comment_added": Wording(
        "{{ coach.name }} has commented on {{ place }}",
        """{{ greeting }}

{{ coach.name }} has commented on {{ place }}. You find it in your portal, under {{ program }}.""",
    ),
    "payment_received": Wording(
        "Payment received: {{ payment.amount }} for invoice {{ payment.number }}",
        """{{ greeting }}

{% if reader.is_client %}Thank you: your payment of {{ payment.amount }} for invoice {{ payment.number }} has arrived.
{%- else %}A payment of {{ payment.amount }} for invoice {{ payment.number }} has arrived.{% endif %}""",
    ),
}

#: Several pieces of news in one mail; a line for each follows.
GATHERED = Wording(
    "{{ count }} new things from {{ others }}",
    """{{ greeting }}

{{ others }} has left you {{ count }} new things in {{ program }}:""",
)

_DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ENVIRONMENT = SandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,
    keep_trailing_newline=False,
    finalize=lambda value: "" if value is None else value,
)


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    return ENVIRONMENT.from_string(template)


def fill(wording: Wording, values: dict[str, Any]) -> Worded:
    """The wording with its placeholders filled in; raises `jinja2.TemplateError` for one that has no value."""
    subject = one_line(_compiled(wording.subject).render(values))
    body = _compiled(wording.body).render(values).replace("\r\n", "\n")
    paragraphs = (paragraph.strip() for paragraph in body.split("\n\n"))
    return Worded(subject, tuple(paragraph for paragraph in paragraphs if paragraph))


def one_line(text: str) -> str:
    """The text fit for a header: each run of white space, control or direction characters is one space.

    Joiners stay: names in Persian or Hindi are written with them.
    """
    return " ".join("".join(" " if _breaks_a_line(character) else character for character in text).split())


def _breaks_a_line(character: str) -> bool:
    return category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _DIRECTIONS
