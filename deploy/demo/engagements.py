"""What the demo's coaches and clients do with each other: programs, engagements, sessions, invoices, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from deploy.demo.calendar import On, Today, When
from deploy.demo.people import JUDITH, PRIYA, TOMAS

Outcome = Literal["completed", "no_show", "unsaid", "cancelled"]
InvoiceEnd = Literal["draft", "sent", "partially_paid", "paid", "void"]


@dataclass(frozen=True)
class Program:
    """A program that clients can be enrolled in."""

    name: str
    sessions_total: int
    description: str


PROGRAMS = (
    Program("Business Coaching", 16, "For owners who want a business that runs without them: offer, price, people."),
    Program("Leadership Transition", 10, "The first year in a larger role: the board, the old team, the new one."),
    Program("Executive Presence", 8, "Voice, stance and story for those who speak in front of many."),
    Program("First 90 Days", 6, "Arriving well: whom to listen to, what to win early, what to leave alone."),
)

#: What a program's sessions are about, in order.
TOPICS = {
    "Business Coaching": (
        "Where the business stands", "The pricing conversation", "Saying no to small projects",
        "A week without client work", "Whom to hire first", "The offer on one page", "Numbers that matter",
        "Looking back at the quarter",
    ),
    "Leadership Transition": (
        "A map of the new role", "Letting go of the old team", "The board meeting", "Decisions that are yours",
        "The first hundred days, halfway", "Looking back at the year", "Peers who were rivals", "What to delegate",
    ),
    "Executive Presence": (
        "How others see you", "Breath, voice and pace", "The two-minute opening", "Questions that sting",
        "Silence as a tool", "The town hall",
    ),
    "First 90 Days": (
        "Before the first day", "Listening tour", "An early win", "The sceptics", "Your own team", "Ninety days on",
    ),
    "Career Crossroads": (
        "What the last role taught", "Three possible lives", "Talking to people who do it", "The numbers behind it",
        "A trial month", "The decision", "Telling others",
    ),
    "Return to Work": ("Energy and limits", "The first week back", "What has changed", "Asking for help"),
    "Team Lead Essentials": (
        "From colleague to lead", "One-to-ones", "Feedback that lands", "Priorities", "When two disagree",
    ),
    "Founder’s Compass": (
        "Why this company", "The co-founder talk", "Runway and rest", "A head of operations", "The first board",
        "Selling without you", "Price and promise", "The year ahead", "Handing over the keys",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a session takes place, as the API takes it."""

    kind: str
    detail: str


@dataclass(frozen=True)
class Session:
    """A session; without an outcome it is to come, or was completed when its hour is over by now.

    Nobody is mailed but where `notify` is set. One with `moved_from` was planned for then first.
    """

    when: When
    place: Place
    outcome: Outcome | None = None
    title: str | None = None
    minutes: int = 60
    notify: bool = False
    moved_from: When | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Invoice:
    """Its lines are (description, quantity, unit price, tax in percent); `due` counts days from today. `credit` is
    (amount, reason) of a credit note of its first line."""

    lines: tuple[tuple[str, str, str, str | None], ...]
    end: InvoiceEnd
    due: int
    part: str | None = None
    method: str = "bank_transfer"
    bill_to: dict[str, str] | None = None
    notes: str | None = None
    credit: tuple[str, str] | None = None


@dataclass(frozen=True)
class Engagement:
    """A client's way through a program; `start` and `end` are days from today, None is to be determined.

    `ended` is why it was completed early. `total` is given where the program is not one of `PROGRAMS`.
    """

    client: str
    program: str
    coach: str
    start: int | None = None
    end: int | None = None
    sessions: tuple[Session, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    files: tuple[str, ...] = ()
    own_file: str | None = None
    total: int | None = None
    ended: str | None = None


ZOOM = Place("zoom", "https://zoom.us/j/91875540126")
MEET = Place("meet", "https://meet.google.com/nlc-oqtw-huy")
TEAMS = Place("teams", "https://teams.microsoft.com/l/meetup-join/northlight-leadership")
STUDIO = Place("in_person", "Studio 2, Lindenstraße 14")
SKYPE = Place("skype", "live:tomas.herrera.coaching")


def phone(number: str) -> Place:
    return Place("phone", number)


def held(count: int, last: int, every: int, at: str, place: Place) -> tuple[Session, ...]:
    """So many completed sessions, each `every` working days, the last one on day `last`."""
    return tuple(Session(On(last - every * left, at), place, "completed") for left in range(count - 1, -1, -1))


def coaching(description: str, quantity: str = "1", price: str = "1000.00") -> tuple[tuple[str, str, str, str], ...]:
    return ((description, quantity, price, "19"),)


ENGAGEMENTS = (
    Engagement(
        "Leila Haddad", "Business Coaching", JUDITH, -26, 158,
        sessions=(
            *held(2, -5, 5, "10:00", ZOOM),
            Session(Today(0), ZOOM),
            Session(On(5, "10:00"), ZOOM, notify=True),
            Session(On(10, "14:30"), STUDIO, moved_from=On(9, "14:30"), notify=True, reason="A fair in Leipzig"),
        ),
        invoices=(
            Invoice(coaching("Business Coaching, first session", price="800.00"), "paid", 4),
            Invoice(
                (
                    ("Business Coaching, sessions 2 to 4", "3", "380.00", "19"),
                    ("Workbook “Price and promise”, printed", "1", "24.90", "7"),
                    ("Train Berlin–Leipzig, passed on as paid", "1", "61.80", "0"),
                    ("Kindness discount for early payers", "1", "-50.00", "19"),
                ),
                "sent", 14, notes="Thank you for the good work this month.",
            ),
        ),
        files=("Welcome packet.pdf", "Wheel of a week.png", "Offer on one page.txt"),
        own_file="Price list, first draft.txt",
    ),
    Engagement(
        "Wei-Ling Tan", "Executive Presence", JUDITH, -30, 60,
        sessions=(*held(4, -5, 5, "11:30", MEET), Session(Today(90), MEET), Session(On(10, "11:30"), MEET)),
        invoices=(Invoice(coaching("Executive Presence", "8", "450.00"), "partially_paid", 10, "1500.00"),),
        files=("Welcome packet.pdf", "Two-minute opening.pdf"),
    ),
    Engagement(
        "Marcus Whitfield", "Leadership Transition", JUDITH, -70, 94,
        sessions=(
            Session(On(-40, "14:00"), STUDIO, "completed"),
            Session(On(-30, "14:00"), ZOOM, "no_show", "Marcus was travelling"),
            Session(On(-20, "14:00"), ZOOM, "completed"),
            Session(On(-10, "14:00"), STUDIO, "completed"),
            Session(Today(240), STUDIO),
            Session(On(10, "16:00"), ZOOM, notify=True),
            Session(On(15, "14:00"), ZOOM, "cancelled", "The budget", notify=True, reason="The budget is put off"),
            Session(On(20, "14:00"), phone("+44 20 7946 0018")),
        ),
        invoices=(
            Invoice(
                coaching("Leadership Transition, first half", "5", "420.00"), "paid", 20,
                bill_to={
                    "name": "Brightwater Logistics Ltd", "email": "people@brightwater.example",
                    "address": "People team\n12 Wharf Road\nLondon N1 7GR",
                },
            ),
            Invoice(coaching("Leadership Transition, second half", "5", "420.00"), "draft", 30),
        ),
    ),
    Engagement("Marcus Whitfield", "Executive Presence", TOMAS),
    Engagement(
        "Marcus Whitfield", "First 90 Days", PRIYA, -300, -200, sessions=held(6, -150, 10, "15:00", ZOOM),
        invoices=(Invoice(coaching("First 90 Days", price="2100.00"), "paid", 0),),
    ),
    Engagement(
        "Oluwaseun Adeyemi", "First 90 Days", JUDITH, -10, 80,
        sessions=(
            *held(1, -5, 5, "16:30", phone("+234 1 555 0173")),
            Session(Today(390), phone("+234 1 555 0173"), minutes=45),
            Session(On(5, "16:30"), phone("+234 1 555 0173"), minutes=45),
        ),
    ),
    Engagement(
        "Hanna Virtanen", "Return to Work", JUDITH, -20, 40, total=5,
        sessions=(
            *held(2, -5, 5, "08:30", MEET),
            Session(Today(-105), MEET, minutes=45),
            Session(On(5, "08:30"), MEET, minutes=45),
        ),
        files=("Energy diary.txt",),
    ),
    Engagement(
        "Katarzyna Nowak", "Career Crossroads", JUDITH, -36, 24, total=8,
        sessions=(*held(5, -4, 5, "09:00", ZOOM), Session(On(1, "09:00"), ZOOM)),
        invoices=(Invoice(coaching("Career Crossroads, eight sessions", "8", "180.00"), "paid", 7, method="card"),),
        files=("Interview guide.pdf",),
    ),
    Engagement(
        "Noor El-Sayed", "Leadership Transition", JUDITH, -14, 200,
        sessions=(*held(1, -8, 5, "13:00", TEAMS), Session(On(2, "13:00"), TEAMS)),
    ),
    Engagement(
        "Samir Patel", "Team Lead Essentials", JUDITH, -28, 20, total=6,
        sessions=(
            *held(3, -8, 5, "15:30", ZOOM),
            Session(On(-3, "15:30"), ZOOM, "unsaid"),
            Session(On(2, "15:30"), ZOOM),
        ),
    ),
    Engagement(
        "Joaquín Ferreira", "Founder’s Compass", JUDITH, -60, 30, total=12,
        sessions=(
            *held(8, -2, 5, "10:00", phone("+351 21 555 0110")),
            Session(On(3, "10:00"), phone("+351 21 555 0110")),
        ),
        invoices=(Invoice(coaching("Founder’s Compass", "4", "312.50"), "partially_paid", -14, "297.50"),),
        files=("Welcome packet.pdf",),
    ),
    Engagement(
        "Liam O’Rourke", "First 90 Days", JUDITH, -9, 75,
        sessions=(Session(On(-2, "11:30"), ZOOM, "unsaid"), Session(On(3, "11:30"), ZOOM)),
    ),
    Engagement(
        "Grace Mbeki", "Career Crossroads", JUDITH, -20, 50, total=8,
        sessions=(*held(1, -6, 5, "09:00", MEET), Session(On(-1, "09:00"), MEET, "unsaid")),
    ),
    Engagement(
        "Beatrice Romano", "Founder’s Compass", JUDITH, -50, 60, total=12, sessions=held(3, -21, 5, "13:00", ZOOM),
        invoices=(
            Invoice(
                coaching("Founder’s Compass, four sessions", "4", "250.00"), "sent", -5,
                credit=("250.00", "The session of last week fell out."),
            ),
        ),
    ),
    Engagement(
        "Yuki Tanaka", "Business Coaching", JUDITH, -40, None,
        sessions=(*held(2, -16, 5, "08:30", MEET), Session(On(14, "08:30"), MEET)),
    ),
    Engagement(
        "Sofia Castellanos", "Career Crossroads", JUDITH, -33, 90, total=8, sessions=held(2, -15, 5, "17:00", MEET),
    ),
    Engagement(
        "Aïcha Benali", "Leadership Transition", TOMAS, -60, 90,
        sessions=(*held(4, -10, 10, "10:00", TEAMS), Session(Today(30), TEAMS), Session(On(10, "10:00"), TEAMS)),
        invoices=(Invoice(coaching("Leadership Transition, ten sessions", "10", "400.00"), "sent", 21),),
        files=("Welcome packet.pdf",),
    ),
    Engagement(
        "Mikkel Sørensen", "Business Coaching", TOMAS, -6, 170,
        sessions=(*held(1, -3, 5, "10:00", ZOOM), Session(On(2, "10:00"), ZOOM)),
    ),
    Engagement(
        "Zoë Papadaki", "Executive Presence", TOMAS, -16, 60,
        sessions=(*held(2, -4, 5, "13:00", MEET), Session(On(1, "13:00"), MEET)),
    ),
    Engagement(
        "Rajesh Iyer", "First 90 Days", TOMAS, -60, -20, sessions=held(6, -15, 5, "15:00", TEAMS),
        invoices=(Invoice(coaching("First 90 Days", price="2100.00"), "paid", -1),),
    ),
    Engagement("Rajesh Iyer", "Business Coaching", TOMAS, 7, 190),
    Engagement(
        "Chiara Lombardi", "Executive Presence", TOMAS, -55, 10, sessions=held(3, -18, 5, "16:00", ZOOM),
        invoices=(Invoice(coaching("Executive Presence, eight sessions", "8", "450.00"), "void", 14),),
        ended="Chiara has left Meridiana; the agreement ended with her contract.",
    ),
    Engagement(
        "Emeka Nwosu", "Team Lead Essentials", TOMAS, -15, 25, total=6,
        sessions=(*held(2, -5, 5, "11:30", SKYPE), Session(Today(120), SKYPE), Session(On(4, "11:30"), SKYPE)),
    ),
    Engagement(
        "Anneliese Krüger", "Executive Presence", PRIYA, -25, 45,
        sessions=(
            *held(2, -10, 5, "09:00", MEET),
            Session(On(-5, "09:00"), MEET, "no_show", "Anneliese was ill"),
            Session(Today(60), MEET),
            Session(On(5, "09:00"), MEET),
        ),
        files=("Two-minute opening.pdf",),
    ),
    Engagement("Thabo Dlamini", "Business Coaching", PRIYA),
    Engagement(
        "Isabel Duarte", "Leadership Transition", PRIYA, -110, 40, sessions=held(4, -30, 5, "16:00", ZOOM),
        ended="Payment default: two invoices stayed open after three reminders.",
    ),
    Engagement(
        "Henrik Lindqvist", "First 90 Days", PRIYA, -20, 60,
        sessions=(*held(2, -6, 5, "10:00", STUDIO), Session(On(4, "10:00"), STUDIO)),
    ),
)  # fmt: skip


def sessions_of(engagement: Engagement) -> list[tuple[str, Session]]:
    """The engagement's sessions, each with its title, which no other session of the engagement has."""
    topics = iter(TOPICS[engagement.program])
    return [(session.title or next(topics), session) for session in engagement.sessions]


def invoice_body(invoice: Invoice, currency: str) -> dict[str, Any]:
    """What the API takes, without the due date."""
    lines = [
        {"description": description, "quantity": quantity, "unit_price": price, "tax_rate": rate}
        for description, quantity, price, rate in invoice.lines
    ]
    return {"currency": currency, "lines": lines, "notes": invoice.notes, "bill_to": invoice.bill_to}
