"""A mail as a person reads it: wording, facts, button, in HTML and in text. Pure: a scene in, a letter out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.outbound import times, wording
from services.notifications.outbound.colour import readable_with_white
from services.notifications.outbound.wording import Worded, Wording, fill, one_line

PLACES = {
    "phone": "Phone",
    "in_person": "In person",
    "zoom": "Zoom",
    "skype": "Skype",
    "meet": "Google Meet",
    "teams": "Microsoft Teams",
    "other": "Elsewhere",
}
SESSION_KINDS = ("session_scheduled", "session_rescheduled", "session_cancelled", "session_reminder")
ITEM_KINDS = ("item_task", "item_file", "item_link")
#: Kinds whose link is a secret of its recipient (C19), with what its button says: it is kept out of the log.
SECRET_KINDS = {
    "invitation": "Create your password",
    "staff_invitation": "Create your password",
    "password_reset": "Set a new password",
    "feedback_request": "Give feedback",
    "form_request": "Fill it in",
}
#: Kinds about one thing in an engagement, and what that is called, in its address too; a comment says it itself.
PLACES_OF = {"note_shared": "note", "goal_created": "goal", "assignment_shared": "assignment", "comment_added": None}
#: News, which gather for a while and go out as one mail.
GATHERED = (*PLACES_OF, "resource_shared")
UNSUBSCRIBE = "Somebody gave us your address to send you this. To get no more mail like it, unsubscribe:"
LONGEST_SUBJECT = 200
LONGEST_NAME = 60
_SAFE_LINKS = ("https://", "http://", "tel:", "skype:")

_LAYOUT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True)
class Reader:
    """Who reads it. `has_portal` is for staff and active clients: others get no link into the portal."""

    name: str
    time_zone: str
    is_client: bool
    is_staff: bool
    has_portal: bool


@dataclass(frozen=True)
class Scene:
    """All that a letter is made of. Names are empty where the mail belongs to no engagement, `unsubscribe_url` is where
    its reader cannot unsubscribe from it."""

    kind: str
    wording: Wording
    reader: Reader
    organisation_name: str
    organisation_colour: str
    client_name: str
    coach_name: str
    program_name: str
    engagement_id: UUID | None
    about_id: UUID
    context: dict[str, Any]
    public_url: str
    reply_to_name: str
    unsubscribe_url: str = ""


@dataclass(frozen=True)
class Fact:
    """One line of the table; `href` makes its value a link, `gone` strikes it through."""

    label: str
    value: str
    href: str | None = None
    gone: bool = False


@dataclass(frozen=True)
class Button:
    """The one thing to do."""

    label: str
    href: str


@dataclass(frozen=True)
class Letter:
    """Subject, and the same mail twice."""

    subject: str
    html: str
    text: str


def compose(scene: Scene) -> Letter:
    """Writes the letter; raises `jinja2.TemplateError` or `KeyError` when the request misses what its kind needs."""
    return _written(scene, fill(scene.wording, values_of(scene)), _facts(scene), _button(scene))


def gather(scenes: list[Scene]) -> Letter:
    """Writes one letter of several pieces of news from one engagement, one line for each; the same line only once."""
    news = list(dict.fromkeys(_piece_of_news(scene) for scene in scenes))
    if len(news) == 1:
        return compose(scenes[0])
    scene = scenes[-1]
    worded = fill(wording.GATHERED, values_of(scene) | {"count": len(news)})
    button = Button("Open the engagement", f"{scene.public_url}/engagements/{scene.engagement_id}")
    return _written(scene, worded, news, button)


def _piece_of_news(scene: Scene) -> Fact:
    button = _button(scene)
    values = values_of(scene)
    if scene.kind == "resource_shared":
        label, value = "Resources", values["names"]
    elif scene.kind == "comment_added":
        label, value = "Comment", f"On {values['place']}"
    else:
        label, value = f"{_place(scene).capitalize()}", values["name"] or "Shared with you"
    return Fact(label, value, href=button.href if button else None)


def _written(scene: Scene, worded: Worded, facts: list[Fact], button: Button | None) -> Letter:
    subject = worded.subject if len(worded.subject) <= LONGEST_SUBJECT else worded.subject[: LONGEST_SUBJECT - 1] + "…"
    colour = readable_with_white(scene.organisation_colour)
    values = {
        "subject": subject,
        "organisation": one_line(scene.organisation_name),
        "colour": colour,
        "paragraphs": worded.paragraphs,
        "facts": facts,
        "button": button,
        "small_print": _small_print(scene),
        "reply_to": one_line(scene.reply_to_name),
        "unsubscribe_url": scene.unsubscribe_url,
    }
    html = _LAYOUT.get_template("letter.html").render(values)
    return Letter(subject, html, _as_text(values))


def values_of(scene: Scene) -> dict[str, Any]:
    """The values of the placeholders that a wording may use."""
    reader, context = scene.reader, scene.context
    recipient = _person(reader.name)
    people = [scene.client_name, scene.coach_name]
    if reader.is_staff or reader.is_client:
        people = [scene.client_name if reader.is_staff else scene.coach_name]
    values: dict[str, Any] = {
        "greeting": f"Hello {recipient['first_name']}," if recipient["name"] else "Hello,",
        "recipient": recipient,
        "reader": reader,
        "others": " and ".join(one_line(person) for person in people),
        "organisation": {"name": one_line(scene.organisation_name)},
        "client": _person(scene.client_name),
        "coach": _person(scene.coach_name),
        "program": one_line(scene.program_name),
    }
    if scene.kind in SESSION_KINDS:
        values["session"] = {
            "title": context["title"],
            "short": times.short(_instant(context["starts_at"]), reader.time_zone),
            "previous": context.get("previous_starts_at"),
            "removed": context.get("removed", False),
        }
    elif scene.kind == "invoice":
        values["invoice"] = {
            "number": context["number"],
            "total": times.money(context["total"], context["currency"]),
            "due": _due(context),
            "balance": times.money(context["balance"], context["currency"]),
        }
        values["reminder"] = context.get("reminder", False)
    elif scene.kind == "payment_received":
        values["payment"] = {
            "number": context["number"],
            "amount": times.money(context["amount"], context["currency"]),
        }
    elif scene.kind == "resource_shared":
        values["names"] = _listed([one_line(name) for name in context["names"]])
    elif scene.kind in PLACES_OF:
        name = one_line(context.get("name", ""))
        values |= {"name": name, "place": f"the {_place(scene)} {name}" if name else f"a {_place(scene)}"}
    elif scene.kind == "coach_changed":
        values |= {key: one_line(context[key]) for key in ("previous_coach_name", "new_coach_name")}
    elif scene.kind == "feedback_request":
        values["goal"] = one_line(context["name"])
        for name in ("client", "program", "others"):  # a stakeholder learns of the goal, and of nothing else (S1.29)
            del values[name]
    elif scene.kind == "form_request":
        values |= {"form": one_line(context["name"]), "reminder": context.get("reminder", False)}
    elif scene.kind in ITEM_KINDS:
        values["item"] = one_line(context["name"])
    elif scene.kind in ("invitation", "staff_invitation"):
        values["message"] = context.get("message")
    return values


def _person(name: str) -> dict[str, str]:
    name = one_line(name)
    return {"name": name, "first_name": name.split(" ")[0]}


def _facts(scene: Scene) -> list[Fact]:
    context, zone = scene.context, scene.reader.time_zone
    if scene.kind in SESSION_KINDS:
        starts_at, ends_at = _instant(context["starts_at"]), _instant(context["ends_at"])
        gone = scene.kind == "session_cancelled"
        facts = [Fact("Session", context["title"]), Fact("When", times.long(starts_at, ends_at, zone), gone=gone)]
        if previous := context.get("previous_starts_at"):
            facts.append(Fact("Before", times.moment(_instant(previous), zone), gone=True))
        if not gone:
            facts.append(_where(context["location"]))
        if reason := context.get("reason"):
            facts.append(Fact("Why", reason))
        return facts
    if scene.kind == "invoice":
        facts = [Fact("Invoice", context["number"]), Fact("Total", times.money(context["total"], context["currency"]))]
        if context["balance"] != context["total"]:
            facts.append(Fact("Still to pay", times.money(context["balance"], context["currency"])))
        due = _due(context)
        return [*facts, Fact("Due", due)] if due else facts
    if scene.kind == "feedback_request":
        about = context["description"]
        return [Fact("Goal", context["name"]), *([Fact("About it", about)] if about else [])]
    return []


def _where(location: dict[str, Any]) -> Fact:
    place, detail, href = PLACES[location["kind"]], location.get("detail") or "", location.get("href") or ""
    safe = href if href.startswith(_SAFE_LINKS) else None
    shown = "" if safe and detail == safe else detail
    return Fact("Where", f"{place}, {shown}" if shown else place, href=safe)


def _button(scene: Scene) -> Button | None:
    context, portal = scene.context, scene.public_url if scene.reader.has_portal else None
    if scene.kind in SECRET_KINDS:
        return Button(SECRET_KINDS[scene.kind], context["url"])
    if scene.kind == "item_link" and context["url"].startswith(_SAFE_LINKS):
        return Button("Open the link", context["url"])
    if scene.kind in SESSION_KINDS and scene.kind != "session_cancelled":
        place, href = context["location"]["kind"], context["location"].get("href") or ""
        if href.startswith("https://"):
            return Button("Join" if place == "other" else f"Join on {PLACES[place]}", href)
        return Button("Open the session", f"{portal}/sessions/{scene.about_id}") if portal else None
    if scene.kind == "invoice" and context.get("pay_url"):
        return Button("Pay by card", context["pay_url"])
    if portal is None:
        return None
    if scene.kind in ("invoice", "payment_received"):
        return Button("Open the invoice", f"{portal}/invoices/{scene.about_id}")
    if scene.kind == "resource_shared":
        return Button("Open the resources", f"{portal}/engagements/{scene.engagement_id}/resources")
    if scene.kind in ("item_task", "item_file"):
        return Button("Open the program", f"{portal}/engagements/{scene.engagement_id}/program")
    if scene.kind in PLACES_OF:
        place = _place(scene)
        return Button(f"Open the {place}", f"{portal}/engagements/{scene.engagement_id}/{place}s/{scene.about_id}")
    if scene.kind == "coach_changed" and (scene.reader.is_client or scene.reader.name == context["new_coach_name"]):
        return Button("Open the engagement", f"{portal}/engagements/{scene.engagement_id}")
    return None


def _place(scene: Scene) -> str:
    return PLACES_OF[scene.kind] or str(scene.context["place"])


def _small_print(scene: Scene) -> str:
    if scene.kind in SECRET_KINDS:
        until = times.moment(_instant(scene.context["expires_at"]), scene.reader.time_zone)
        reminder = "This is a reminder. " if scene.context.get("reminder") else ""
        return f"{reminder}The link works once, until {until}. Do not pass this mail on."
    return ""


def _as_text(values: dict[str, Any]) -> str:
    blocks = list(values["paragraphs"])
    if values["facts"]:
        blocks.append("\n".join(_fact_as_text(fact) for fact in values["facts"]))
    if values["button"]:
        blocks.append(f"{values['button'].label}:\n{values['button'].href}")
    if values["small_print"]:
        blocks.append(values["small_print"])
    if values["reply_to"]:
        blocks.append(f"Answer this mail to reach {values['reply_to']}.")
    if values["unsubscribe_url"]:
        blocks.append(f"{UNSUBSCRIBE}\n{values['unsubscribe_url']}")
    return "\n\n".join([*blocks, f"-- \n{values['organisation']}"]) + "\n"


def _fact_as_text(fact: Fact) -> str:
    value = one_line(fact.value)
    return f"{fact.label}: {value} <{fact.href}>" if fact.href and fact.href not in value else f"{fact.label}: {value}"


def _listed(names: list[str]) -> str:
    shown = ", ".join(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def _due(context: dict[str, Any]) -> str | None:
    return times.day(dt.date.fromisoformat(context["due_date"])) if context.get("due_date") else None


def _instant(value: str) -> dt.datetime:
    return dt.datetime.fromisoformat(value)
