"""What a coach and a client have written in an engagement: notes, goals, assignments; told apart by name."""

from __future__ import annotations

import datetime as dt
from typing import Any

from deploy.demo.api import Api

_PRICING = """<p>Leila named her price to two prospects since we last met. One said yes at once, which bothered her more
than the one who asked for time.</p><h2>What we worked out</h2><ol><li data-list="bullet"><span class="ql-ui"></span>The
discount comes <strong>before</strong> anyone asks for it: in the third sentence of every offer.</li><li
data-list="bullet"><span class="ql-ui"></span><span class="ql-bg-yellow">Say the number, then stop talking.</span> Count
to seven.</li><li data-list="bullet"><span class="ql-ui"></span>Old clients first: two letters, written this week, sent
before December.</li></ol><h2>Until next time</h2><p>Read the <a href="https://example.org/anchoring">chapter on
anchoring</a> and bring one offer that you would be proud to send at <u>twenty percent more</u>.</p>"""
#: Titles and bodies, the oldest first; who reads a shared one has a portal.
NOTES = (
    ("Chemistry call", "<p>Runs a studio of three. Sells well, charges little. Wants Fridays back.</p>", False),
    ("Session 1: where you are", "<p>Three clients bring most of the work. None was ever asked for more.</p>", True),
    ("Referral ideas", "<p>A letter to the ten who came by recommendation.</p>", False),
    ("Session 2: the pricing conversation", _PRICING, True),
)
TEMPLATES = (
    (
        "First session",
        "<h2>What brings you here?</h2><p><br></p><h2>What would be different in six months?</h2><p><br></p>",
    ),
    ("Review", "<h2>What worked</h2><p><br></p><h2>What to change</h2><p><br></p>"),
)
#: Names, descriptions, days until they are due, and milestones as (name, days until it is due, whether it is checked).
GOALS = (
    ("Two days a month without client work", "For the studio’s own projects.", 65, ()),
    ("A waiting list of five clients", "", 124, (("Ask for introductions", 30, False),)),
    (
        "Raise the average project price by 20%",
        "From €4,100 to €4,900 per project, without working more hours, and without losing the three clients who came "
        "by recommendation.",
        91,
        (
            ("Interview three repeat customers", -3, True),
            ("Write the three-price offer", -11, True),
            ("Send the new offer to two old clients", 7, False),
            ("Hold the new price in five conversations", 63, False),
        ),
    ),
)
STAKEHOLDERS_OF = "Raise the average project price by 20%"
#: Who sees how that goal comes along; nobody is mailed before the coach asks.
STAKEHOLDERS = (
    ("rafael.moreno@studio-haddad.example", "Rafael Moreno", "Business partner"),
    ("ana.duarte@casa-duarte.example", "Ana Duarte", "Client"),
    ("tobias.kern@kern-steuer.example", "Tobias Kern", "Accountant"),
)
ASSIGNMENT = ("Price one offer at twenty percent more", "Bring it to our next session, unsent.", 7)


FORM = {
    "title": "Before we begin",
    "questions": [
        {"label": "What brings you here?", "kind": "long_text", "required": True},
        {"label": "How content are you with your work today?", "kind": "rating", "scale": 10, "required": True},
        {"label": "Where would you like to be in a year?", "kind": "long_text"},
        {
            "label": "What takes most of your time?",
            "kind": "choices",
            "options": ["Clients", "The team", "Money", "Paperwork"],
        },
        {"label": "May I write to you between sessions?", "kind": "yes_no", "required": True},
    ],
}


#: Titles of the program's items with kind and content, whether the client is a recipient, days until it goes out.
ITEMS: tuple[tuple[str, str, dict[str, Any], bool, int | None], ...] = (
    ("Welcome and working agreement", "link", {"url": "https://example.org/agreement"}, True, None),
    ("Session 4: Saying no", "session", {"duration_minutes": 60}, False, None),
    ("Reflection form", "form", {"delivery": {"mode": "after_previous"}}, True, None),
    ("Feedback on the price", "feedback", {}, False, 6),
    ("Worksheet: the value ladder", "task", {}, False, None),
    ("Talk: the anchor effect in negotiations", "link", {"url": "https://example.org/anchoring"}, True, None),
)


def load(coach: Api, client: Api, engagement: str, today: dt.date) -> None:
    """Fills the engagement at that path of the API; what is there already is left."""
    _templates(coach)
    if FORM["title"] not in {form["title"] for form in coach.all("/forms")}:
        coach.post("/forms", FORM)
    _notes(coach, client, engagement)
    there = {goal["name"] for goal in coach.all(f"{engagement}/goals")}
    for name, description, days, milestones in GOALS:
        if name not in there:
            body = {"name": name, "description": description, "due_date": _day(today, days)}
            goal = client.post(f"{engagement}/goals", body)
            for step, due, checked in milestones:
                made = coach.post(f"/goals/{goal['id']}/milestones", {"name": step, "due_date": _day(today, due)})
                if checked:
                    client.post(f"/milestones/{made['id']}/complete")
            if name == STAKEHOLDERS_OF:
                for email, called, relation in STAKEHOLDERS:
                    given = {"email": email, "name": called, "relation": relation}
                    coach.post(f"/goals/{goal['id']}/stakeholders", given)
    name, description, days = ASSIGNMENT
    if not list(coach.all(f"{engagement}/assignments")):
        body = {"name": name, "description": description, "due_date": _day(today, days)}
        assignment = coach.post(f"{engagement}/assignments", body)
        link = {"url": "https://example.org/anchoring", "title": "Chapter on anchoring", "message": "From page 3"}
        coach.post(f"/assignments/{assignment['id']}/files", link)
    _program(coach, client, engagement, today)


def _program(coach: Api, client: Api, engagement: str, today: dt.date) -> None:
    """The items, the first one done; who is asked about the goal is who sees how it comes along."""
    if list(coach.all(f"{engagement}/items")):
        return
    me = client.get("/me")
    form = next(form for form in coach.all("/forms") if form["title"] == FORM["title"])
    goal = next(goal for goal in coach.all(f"{engagement}/goals") if goal["name"] == STAKEHOLDERS_OF)
    for place, (title, kind, content, to_client, days) in enumerate(ITEMS):
        named = {"form": {"form_id": form["id"]}, "feedback": {"goal_id": goal["id"]}}.get(kind, {})
        item = coach.post(f"{engagement}/items", {"title": title, "kind": kind, **content, **named})
        path = f"/items/{item['id']}"
        people = [{"email": me["email"], "name": me["name"]}] if to_client else []
        if kind == "feedback":
            people = [{"email": email, "name": name} for email, name, _ in STAKEHOLDERS]
        if people:
            coach.put(f"{path}/recipients", {"recipients": people})
        if days is not None:
            coach.post(f"{path}/schedule", {"send_at": f"{_day(today, days)}T08:00:00Z"})
        if place == 0:
            coach.post(f"{path}/send")
            client.post(f"{path}/complete")


def _templates(coach: Api) -> None:
    there = {template["title"] for template in coach.all("/note-templates")}
    for title, body in TEMPLATES:
        if title not in there:
            coach.post("/note-templates", {"title": title, "body": body})


def _notes(coach: Api, client: Api, engagement: str) -> None:
    there = {note["title"] for note in coach.all(f"{engagement}/notes")}
    for title, body, shared in NOTES:
        if title in there:
            continue
        note = coach.post(f"{engagement}/notes", {"title": title, "body": body})
        if shared:
            coach.post(f"/notes/{note['id']}/share")
            said = {"body": "The pause after naming the price felt endless. It worked, though."}
            client.post(f"/notes/{note['id']}/comments", said)


def _day(today: dt.date, days: int) -> Any:
    return (today + dt.timedelta(days=days)).isoformat()
