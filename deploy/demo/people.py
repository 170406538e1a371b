"""Who there is in the demo: an organisation, its coaches and its clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Portal = Literal["internal_record", "invited", "active", "disabled"]

#: What everybody of the demo signs in with, besides the admin, who has a password already.
PASSWORD = "lanterns on the northern quay"  # noqa: S105 (a demo's, and shown on the terminal)

ADMIN_NAME = "Ada Bergmann"

ORGANISATION = {
    "name": "Northlight Coaching",
    "colour": "#0E6B56",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "invoice_number_format": "{year}-{number:04d}",
    "invoice_details": (
        "Northlight Coaching GmbH\n"
        "Lindenstraße 14\n"
        "10969 Berlin, Germany\n"
        "\n"
        "VAT ID DE 312 456 789\n"
        "Spreebank Berlin · IBAN DE02 1203 0000 0000 2020 51 · BIC BYLADEM1001"
    ),
}


#: When every coach offers time, in the coach's own zone: Monday to Friday, with a pause at noon.
HOURS = {
    "weekly": [
        {"weekday": day, "from": begin, "to": end}
        for day in range(5)
        for begin, end in (("09:00", "12:00"), ("13:00", "17:00"))
    ],
    "buffer_minutes": 15,
    "minimum_notice_minutes": 24 * 60,
    "change_notice_minutes": 24 * 60,
    "horizon_days": 60,
    "slot_minutes": 60,
    "location": {"kind": "phone", "detail": None},
}


@dataclass(frozen=True)
class Coach:
    """A member of the team."""

    name: str
    email: str
    time_zone: str = "Europe/Berlin"
    team: str = "Leadership"


@dataclass(frozen=True)
class Client:
    """A client of `coach` (a name), and how far its way into the portal has gone."""

    name: str
    email: str
    coach: str
    portal: Portal
    time_zone: str
    company: str
    phone: str


JUDITH, TOMAS, PRIYA = "Judith Okonkwo", "Tomás Herrera", "Priya Raman"

COACHES = (
    Coach(JUDITH, "judith.okonkwo@northlight.example"),
    Coach(TOMAS, "tomas.herrera@northlight.example", "Europe/Madrid"),
    Coach(PRIYA, "priya.raman@northlight.example", "Europe/London", "Founders"),
)

CLIENTS = (
    Client("Leila Haddad", "leila@haddad-design.example", JUDITH, "active",
           "Europe/Berlin", "Haddad Design Studio", "+49 30 5550 1180"),
    Client("Wei-Ling Tan", "weiling.tan@merlionfoods.example", JUDITH, "active",
           "Asia/Singapore", "Merlion Foods", "+65 6555 0142"),
    Client("Marcus Whitfield", "m.whitfield@brightwater.example", JUDITH, "internal_record",
           "Europe/London", "Brightwater Logistics", "+44 20 7946 0018"),
    Client("Oluwaseun Adeyemi", "seun.adeyemi@lagoonpay.example", JUDITH, "internal_record",
           "Africa/Lagos", "Lagoon Pay", "+234 1 555 0173"),
    Client("Hanna Virtanen", "hanna.virtanen@tuuli.example", JUDITH, "active",
           "Europe/Helsinki", "Tuuli Energy", "+358 9 5550 164"),
    Client("Katarzyna Nowak", "k.nowak@wislasoft.example", JUDITH, "active",
           "Europe/Warsaw", "Wisła Soft", "+48 22 555 0119"),
    Client("Noor El-Sayed", "noor.elsayed@nileworks.example", JUDITH, "active",
           "Africa/Cairo", "Nileworks", "+20 2 5550 0137"),
    Client("Samir Patel", "samir.patel@hexagon-labs.example", JUDITH, "active",
           "Europe/London", "Hexagon Labs", "+44 161 496 0121"),
    Client("Joaquín Ferreira", "joaquin@ferreira-vinhos.example", JUDITH, "active",
           "Europe/Lisbon", "Ferreira Vinhos", "+351 21 555 0110"),
    Client("Liam O’Rourke", "liam.orourke@shannonbio.example", JUDITH, "internal_record",
           "Europe/Dublin", "Shannon Bio", "+353 1 555 0150"),
    Client("Grace Mbeki", "grace.mbeki@protearetail.example", JUDITH, "invited",
           "Africa/Johannesburg", "Protea Retail", "+27 11 555 0132"),
    Client("Beatrice Romano", "beatrice@romano-ceramiche.example", JUDITH, "active",
           "Europe/Rome", "Romano Ceramiche", "+39 06 5550 125"),
    Client("Yuki Tanaka", "yuki.tanaka@kitasoft.example", JUDITH, "internal_record",
           "Asia/Tokyo", "Kita Software", "+81 3 5550 0187"),
    Client("Sofia Castellanos", "sofia.castellanos@andina.example", JUDITH, "internal_record",
           "America/Bogota", "Andina Seguros", "+57 601 555 0141"),
    Client("Aïcha Benali", "aicha.benali@atlasrail.example", TOMAS, "active",
           "Africa/Casablanca", "Atlas Rail", "+212 522 555 016"),
    Client("Mikkel Sørensen", "mikkel@fjordlabs.example", TOMAS, "invited",
           "Europe/Copenhagen", "Fjord Labs", "+45 55 50 01 28"),
    Client("Zoë Papadaki", "zoe.papadaki@aegeanair.example", TOMAS, "internal_record",
           "Europe/Athens", "Aegean Charter", "+30 21 0555 0171"),
    Client("Rajesh Iyer", "rajesh.iyer@deccanmotors.example", TOMAS, "active",
           "Asia/Kolkata", "Deccan Motors", "+91 80 5550 0135"),
    Client("Chiara Lombardi", "chiara.lombardi@meridiana.example", TOMAS, "disabled",
           "Europe/Rome", "Meridiana Moda", "+39 02 5550 178"),
    Client("Emeka Nwosu", "emeka.nwosu@enugusteel.example", TOMAS, "internal_record",
           "Africa/Lagos", "Enugu Steel", "+234 42 555 019"),
    Client("Anneliese Krüger", "a.krueger@hansewerft.example", PRIYA, "active",
           "Europe/Berlin", "Hansewerft", "+49 40 5550 1162"),
    Client("Thabo Dlamini", "thabo.dlamini@karoosolar.example", PRIYA, "invited",
           "Africa/Johannesburg", "Karoo Solar", "+27 21 555 0144"),
    Client("Isabel Duarte", "isabel.duarte@pampaagro.example", PRIYA, "disabled",
           "America/Argentina/Buenos_Aires", "Pampa Agro", "+54 11 5550 0123"),
    Client("Henrik Lindqvist", "henrik.lindqvist@norrskog.example", PRIYA, "internal_record",
           "Europe/Stockholm", "Norrskog", "+46 8 555 0168"),
    Client("Mei Kobayashi", "mei.kobayashi@hoshipress.example", PRIYA, "internal_record",
           "Asia/Tokyo", "Hoshi Press", "+81 75 555 0192"),
)  # fmt: skip
