"""Loads the demo, step by step, as its people would. What is there already, is left; so a second run ends what a first
one began, and changes nothing where that came to its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from deploy.demo import files, workspace
from deploy.demo.api import Api, Mails, eventually
from deploy.demo.calendar import Calendar
from deploy.demo.engagements import ENGAGEMENTS, PROGRAMS, Engagement, Invoice, Session, invoice_body, sessions_of
from deploy.demo.people import ADMIN_NAME, CLIENTS, COACHES, HOURS, ORGANISATION, PASSWORD, Client

_AT_ONCE = 4
_T = TypeVar("_T")


class Loader:
    """One run. `say` is told each step as it begins."""

    def __init__(self, url: str, mail_url: str, say: Callable[[str], None]) -> None:
        self._anybody = Api(url)
        self._mails = Mails(mail_url)
        self._say = say
        self._people: dict[str, Any] = {}
        self._library: dict[str, Any] = {}
        self._engagements: dict[tuple[str, str], Any] = {}

    def load(self, admin_email: str, admin_password: str) -> None:
        """All of the demo; raises `CannotLoad`."""
        self._admin = self._anybody.signed_in(admin_email, admin_password)
        self._say(f"The organisation and its {len(COACHES)} coaches")
        self._organisation()
        self._coaches()
        self._say(f"{len(CLIENTS)} clients, {len(PROGRAMS)} programs and {len(ENGAGEMENTS)} engagements")
        self._clients()
        self._enrol()
        self._portals()
        self._say("Sessions, past and to come")
        self._sessions()
        self._say("Notes, goals, files and invoices")
        self._workspace()
        self._files()
        self._resources()
        self._invoices()
        self._ends()

    def _organisation(self) -> None:
        """Its settings; and the admin, who has no name yet, gets one."""
        found = self._admin.get("/organisation")
        if any(found[name] != value for name, value in ORGANISATION.items()):
            self._admin.patch("/organisation", ORGANISATION)
        if self._admin.get("/me")["name"] == "Admin":
            self._admin.patch("/me", {"name": ADMIN_NAME, "time_zone": ORGANISATION["time_zone"]})

    def _coaches(self) -> None:
        """They accept the invitation that comes by mail. When the first of them was added, is when the demo began."""
        there = {coach["email"]: coach for coach in self._admin.all("/coaches")}
        for coach in COACHES:
            body = {"name": coach.name, "email": coach.email, "role": "coach"}
            body |= {"time_zone": coach.time_zone, "team": coach.team}
            self._people[coach.name] = there.get(coach.email) or self._admin.post("/coaches", body)
        began = self._people[COACHES[0].name]["created_at"]
        self._calendar = Calendar(dt.datetime.fromisoformat(began))
        self._each(self._accept_staff, (self._people[coach.name] for coach in COACHES))
        self._coach_apis = {coach.name: self._anybody.signed_in(coach.email, PASSWORD) for coach in COACHES}
        for coach in COACHES:
            path = f"/coaches/{self._people[coach.name]['id']}/availability"
            if self._coach_apis[coach.name].get(path)["version"] == 0:
                self._coach_apis[coach.name].put(path, {"time_zone": coach.time_zone, **HOURS})

    def _accept_staff(self, coach: Any) -> None:
        if coach["state"] == "invited":
            self._accept(coach["email"], "staff_invitation")

    def _accept(self, email: str, kind: str) -> None:
        token = self._mails.token(email, kind, "invitations")
        self._anybody.post(f"/public/invitations/{token}", {"password": PASSWORD})

    def _clients(self) -> None:
        there = {client["email"]: client for client in self._admin.all("/clients")}

        def add(client: Client) -> Any:
            body = {"name": client.name, "email": client.email, "time_zone": client.time_zone}
            body |= {"company": client.company, "phone": client.phone, "coach_id": self._people[client.coach]["id"]}
            return there.get(client.email) or self._admin.post("/clients", body)

        self._people |= {client["name"]: client for client in self._each(add, CLIENTS)}

    def _enrol(self) -> None:
        there = {program["name"]: program for program in self._admin.all("/programs")}
        for program in PROGRAMS:
            body = {"name": program.name, "description": program.description, "sessions_total": program.sessions_total}
            there[program.name] = there.get(program.name) or self._admin.post("/programs", body)
        self._engagements = self._engagements_there()

        def begin(wanted: Engagement) -> None:
            body = {
                "client_id": self._people[wanted.client]["id"],
                "coach_id": self._people[wanted.coach]["id"],
                "start_date": self._day(wanted.start),
                "end_date": self._day(wanted.end),
            }
            if wanted.total is None:
                body["program_id"] = there[wanted.program]["id"]
            else:
                body |= {"program_name": wanted.program, "sessions_total": wanted.total}
            made = self._admin.post("/engagements", body)
            self._engagements[wanted.client, wanted.program] = made

        self._each(
            begin, (wanted for wanted in ENGAGEMENTS if (wanted.client, wanted.program) not in self._engagements)
        )

    def _engagements_there(self) -> dict[tuple[str, str], Any]:
        found = self._admin.all("/engagements")
        return {(engagement["client"]["name"], engagement["program_name"]): engagement for engagement in found}

    def _portals(self) -> None:
        """Who is to have an account is invited from the first engagement, and creates a password by the mailed link."""
        first = {wanted.client: wanted for wanted in reversed(ENGAGEMENTS)}

        def open_portal(client: Client) -> None:
            found = self._people[client.name]
            wanted = first[client.name]
            if found["portal"] == "internal_record":
                coach = self._coach_apis[wanted.coach]
                message = "Here you find our sessions and whatever I share with you."
                coach.post(f"{self._path(wanted)}/invitation", {"message": message})
            if client.portal != "invited" and found["portal"] in ("internal_record", "invited"):
                self._accept(client.email, "invitation")

        self._each(open_portal, (client for client in CLIENTS if client.portal != "internal_record"))

    def _sessions(self) -> None:
        found = self._admin.all("/sessions")
        there = {(session["engagement_id"], session["title"]): session for session in found}

        def schedule_all(wanted: Engagement) -> None:
            for title, session in sessions_of(wanted):
                id_ = self._engagements[wanted.client, wanted.program]["id"]
                self._schedule(wanted, title, session, there.get((id_, title)))

        self._each(schedule_all, ENGAGEMENTS)

    def _schedule(self, engagement: Engagement, title: str, wanted: Session, found: Any) -> None:
        api = self._coach_apis[engagement.coach]
        starts_at = self._calendar.instant(wanted.when)
        first = self._calendar.instant(wanted.moved_from) if wanted.moved_from else starts_at
        outcome = wanted.outcome
        over = starts_at + dt.timedelta(minutes=wanted.minutes) <= self._calendar.began
        if outcome is None and over:
            outcome = "completed"
        if found is None:
            body = {
                "title": title,
                "starts_at": _instant(first),
                "duration_minutes": wanted.minutes,
                "location": {"kind": wanted.place.kind, "detail": wanted.place.detail},
                "notify": wanted.notify and not wanted.reason,
            }
            found = api.post(f"{self._path(engagement)}/sessions", body)
        path, told = f"/sessions/{found['id']}", {"reason": wanted.reason, "notify": wanted.notify}
        if found["starts_at"] == _instant(first) and first != starts_at:
            api.post(f"{path}/reschedule", {"starts_at": _instant(starts_at), **told})
        if found["state"] == "scheduled" and outcome == "completed":
            api.post(f"{path}/complete")
        elif found["state"] == "scheduled" and outcome == "no_show":
            api.post(f"{path}/no-show")
        elif found["state"] == "scheduled" and outcome == "cancelled":
            api.post(f"{path}/cancel", told)

    def _workspace(self) -> None:
        """The first of the engagements is one that has been worked in."""
        wanted = ENGAGEMENTS[0]
        client = self._anybody.signed_in(self._people[wanted.client]["email"], PASSWORD)
        workspace.load(self._coach_apis[wanted.coach], client, self._path(wanted), self._calendar.began.date())

    def _files(self) -> None:
        coach = self._coach_apis[COACHES[0].name]
        self._library = {item["name"]: item for item in coach.all("/library")}
        for name in files.LIBRARY:
            if name not in self._library:
                self._library[name] = coach.upload("/library/files", name, files.content_of(name))

    def _resources(self) -> None:
        def share(wanted: Engagement) -> None:
            path = f"{self._path(wanted)}/resources"
            there = {resource["name"] for resource in self._admin.all(path)}
            ids = [self._library[name]["id"] for name in wanted.files if name not in there]
            if ids:
                self._coach_apis[wanted.coach].post(path, {"library_ids": ids})
            if wanted.own_file and wanted.own_file not in there:
                client = self._anybody.signed_in(self._people[wanted.client]["email"], PASSWORD)
                client.upload(path, wanted.own_file, files.content_of(wanted.own_file))

        self._each(share, (wanted for wanted in ENGAGEMENTS if wanted.files))

    def _invoices(self) -> None:
        """One after the other, so that their numbers follow the order; none is paid before its mail went out (C6)."""
        there = {_likeness(invoice): invoice for invoice in self._admin.all("/invoices")}
        found: list[tuple[Api, Invoice, Any]] = []
        for engagement in ENGAGEMENTS:
            api, id_ = (
                self._coach_apis[engagement.coach],
                self._engagements[engagement.client, engagement.program]["id"],
            )
            for wanted in engagement.invoices:
                body = invoice_body(wanted, ORGANISATION["currency"])
                body["due_date"] = self._day(wanted.due)
                likeness = _likeness({"engagement_id": id_, **body})
                invoice = there.get(likeness) or api.post(f"{self._path(engagement)}/invoices", body)
                if invoice["state"] == "draft" and wanted.end != "draft":
                    invoice = api.post(f"/invoices/{invoice['id']}/send")
                found.append((api, wanted, invoice))
        sent = sum(wanted.end != "draft" for _, wanted, _ in found)
        eventually(lambda: self._mailed("invoice") >= sent, "an end to mailing the invoices")
        for api, wanted, invoice in found:
            self._settle(api, wanted, invoice)

    def _mailed(self, kind: str) -> int:
        """How many mails of that kind are no more on their way."""
        return sum(mail["state"] != "queued" for mail in self._admin.all(f"/notifications?kind={kind}"))

    def _settle(self, api: Api, wanted: Invoice, invoice: Any) -> None:
        path = f"/invoices/{invoice['id']}"
        if wanted.end == "paid" and invoice["state"] != "paid":
            api.post(f"{path}/mark-paid", {"method": wanted.method})
        elif wanted.end == "partially_paid" and not invoice["payments"]:
            api.post(f"{path}/payments", {"amount": wanted.part, "method": wanted.method})
        elif wanted.end == "void" and invoice["state"] != "void":
            api.post(f"{path}/void")
        if wanted.credit and not invoice["credit_notes"]:
            amount, reason = wanted.credit
            api.post(f"{path}/credit-notes", {"lines": [{"line": 0, "amount": amount}], "reason": reason})

    def _ends(self) -> None:
        """What comes last: engagements that end early, once their sessions are counted, and portals switched off."""
        eventually(self._all_counted, "an end to counting the completed sessions")
        for wanted in ENGAGEMENTS:
            found = self._engagements[wanted.client, wanted.program]
            if wanted.ended and found["status"] != "completed":
                self._coach_apis[wanted.coach].post(f"{self._path(wanted)}/complete", {"reason": wanted.ended})
        portals = {client["email"]: client["portal"] for client in self._admin.all("/clients")}
        for client in CLIENTS:
            if client.portal == "disabled" and portals[client.email] != "disabled":
                self._admin.post(f"/clients/{self._people[client.name]['id']}/disable")

    def _all_counted(self) -> bool:
        completed: dict[str, int] = {}
        for session in self._admin.all("/sessions"):
            completed.setdefault(session["engagement_id"], 0)
            completed[session["engagement_id"]] += session["state"] == "completed"
        self._engagements = self._engagements_there()
        return all(
            engagement["progress"]["completed"] == completed.get(engagement["id"], 0)
            for engagement in self._engagements.values()
        )

    def _path(self, wanted: Engagement) -> str:
        return f"/engagements/{self._engagements[wanted.client, wanted.program]['id']}"

    def _day(self, days: int | None) -> str | None:
        return None if days is None else self._calendar.date(days).isoformat()

    def _each(self, work: Callable[[_T], Any], what: Iterable[_T]) -> list[Any]:
        """`work` for each, some at once, the answers in order; the first that failed is raised."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(work, what))


def _instant(value: dt.datetime) -> str:
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")


def _likeness(invoice: Any) -> tuple[str, str]:
    """What tells one of the demo's invoices from all others."""
    return invoice["engagement_id"], invoice["lines"][0]["description"]
