"""Calls of the engagements service: sign-in, people, programs, engagements and their activity log."""

from __future__ import annotations

import re
from string import Formatter

from marshmallow import ValidationError, fields, validate

from contracts.actor import ADMIN, ANYONE, SIGNED_IN
from contracts.calls import command, query
from contracts.schema import ById, Email, Entity, Instant, PageInput, Schema, Zone, page_of, text

STAFF_ROLES = ("coach", "admin")
PORTAL_STATES = ("internal_record", "invited", "active", "disabled")
STATUSES = ("not_started", "in_progress", "completed")
PASSWORD_LENGTH = 12


def _new_password() -> fields.String:
    """A password to be: its length is checked here; that it is not a common one, by the service."""
    too_short = f"At least {PASSWORD_LENGTH} characters."
    return fields.String(
        required=True,
        validate=[
            validate.Length(min=PASSWORD_LENGTH, error=too_short),
            validate.Length(max=200, error="At most 200 characters."),
        ],
    )


def _locale() -> fields.String:
    return fields.String(
        validate=validate.Regexp(r"\A[a-z]{2,3}(-[A-Z]{2})?\Z", error="Not a language tag like en or en-GB.")
    )


def _query() -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=200))


# Sign-in ----------------------------------------------------------------------------------------------------------


class Token(Schema):
    """A bearer token, as its holder sent it."""

    token = fields.String(required=True, validate=validate.Length(1, 200))


class Credentials(Schema):
    """What a person signs in with. Any wrong pair gives the same answer."""

    email = fields.String(required=True, validate=validate.Length(1, 254))
    password = fields.String(required=True, validate=validate.Length(1, 200))


class Person(Entity):
    """A person as itself sees it."""

    role = fields.String(required=True, validate=validate.OneOf(["admin", "coach", "client"]))
    name = fields.String(required=True)
    email = fields.String(required=True)
    time_zone = fields.String(required=True)
    locale = fields.String(required=True)


class SignedIn(Schema):
    """A new session; the token is told here and never again."""

    token = fields.String(required=True)
    expires_at = Instant(required=True)
    person = fields.Nested(Person, required=True)


class Authenticated(Schema):
    """The signed assertion that travels with each call, good for at most 60 s, and whom it names."""

    assertion = fields.String(required=True)
    expires_at = Instant(required=True)
    person = fields.Nested(Person, required=True)


class MeChanges(Schema):
    name = text(150)
    time_zone = Zone()
    locale = _locale()


class Nothing(Schema):
    """No input."""


class PasswordResetRequest(Schema):
    email = fields.String(required=True, validate=validate.Length(1, 254))


class NewPassword(Token):
    """A token of a link in a mail, and the password that its holder wants."""

    password = _new_password()


authenticate = query("engagements.authenticate", Token, Authenticated, roles=ANYONE)
sign_in = command("engagements.sign_in", Credentials, SignedIn, roles=ANYONE)
sign_out = command("engagements.sign_out", Token, roles=SIGNED_IN)
me = query("engagements.me", Nothing, Person, roles=SIGNED_IN)
update_me = command("engagements.update_me", MeChanges, Person, roles=SIGNED_IN)
request_password_reset = command("engagements.request_password_reset", PasswordResetRequest, roles=ANYONE)
reset_password = command("engagements.reset_password", NewPassword, Person, roles=ANYONE)


# Coaches ----------------------------------------------------------------------------------------------------------


class Coach(Entity):
    """A member of staff. `invited` until a password is set, `deactivated` when it can sign in no more."""

    role = fields.String(required=True, validate=validate.OneOf(STAFF_ROLES))
    name = fields.String(required=True)
    email = fields.String(required=True)
    time_zone = fields.String(required=True)
    locale = fields.String(required=True)
    team = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(["invited", "active", "deactivated"]))


class NewCoach(Schema):
    name = text(150, required=True)
    email = Email(required=True)
    role = fields.String(required=True, validate=validate.OneOf(STAFF_ROLES))
    time_zone = Zone(metadata={"description": "the organisation's when left out"})
    team = text(100, load_default=None, allow_none=True)


class CoachChanges(ById):
    name = text(150)
    email = Email()
    role = fields.String(validate=validate.OneOf(STAFF_ROLES))
    time_zone = Zone()
    locale = _locale()
    team = text(100, allow_none=True)


class ListCoaches(PageInput):
    q = _query()


add_coach = command("engagements.add_coach", NewCoach, Coach, roles=ADMIN)
list_coaches = query("engagements.list_coaches", ListCoaches, page_of(Coach))
get_coach = query("engagements.get_coach", ById, Coach)
update_coach = command("engagements.update_coach", CoachChanges, Coach, roles=ADMIN)
deactivate_coach = command("engagements.deactivate_coach", ById, Coach, roles=ADMIN)
invite_coach = command("engagements.invite_coach", ById, Coach, roles=ADMIN)


# The organisation -------------------------------------------------------------------------------------------------


def check_number_format(pattern: str) -> None:
    """`{number}` must be in it, `{year}` may be; either with a width at most, like `{number:04d}`."""
    wrong = ValidationError("Needs {number}, may hold {year}, like {year}-{number:04d}.")
    try:
        parts = [part[1:] for part in Formatter().parse(pattern) if part[1] is not None]
    except ValueError:
        raise wrong from None
    names = [name for name, _, _ in parts]
    for name, spec, conversion in parts:
        if name not in ("year", "number") or conversion or not re.fullmatch(r"(0?\d)?d?", spec or ""):
            raise wrong
    if names.count("number") != 1:
        raise wrong


def _colour() -> fields.String:
    return fields.String(validate=validate.Regexp(r"\A#[0-9A-Fa-f]{6}\Z", error="Not a colour like #0E6B56."))


def _currency() -> fields.String:
    return fields.String(validate=validate.Regexp(r"\A[A-Z]{3}\Z", error="Not an ISO 4217 code like EUR."))


class Organisation(Entity):
    name = fields.String(required=True)
    colour = fields.String(required=True)
    currency = fields.String(required=True)
    time_zone = fields.String(required=True)
    cancellations_to_internal_records = fields.Boolean(required=True, metadata={"description": "rule C4"})
    no_show_counts = fields.Boolean(required=True, metadata={"description": "rule C7"})
    quiet_after_weeks = fields.Integer(required=True)
    reminder_minutes = fields.List(fields.Integer(), required=True)
    invoice_number_format = fields.String(required=True)
    invoice_details = fields.String(required=True)


class OrganisationChanges(Schema):
    name = text(150)
    colour = _colour()
    currency = _currency()
    time_zone = Zone()
    cancellations_to_internal_records = fields.Boolean()
    no_show_counts = fields.Boolean()
    quiet_after_weeks = fields.Integer(strict=True, validate=validate.Range(1, 52))
    reminder_minutes = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 40_320)), validate=validate.Length(max=5)
    )
    invoice_number_format = fields.String(validate=[validate.Length(1, 40), check_number_format])
    invoice_details = text(2000, shortest=0)


class PublicOrganisation(Schema):
    """What the pages before the sign-in show."""

    name = fields.String(required=True)
    colour = fields.String(required=True)


get_organisation = query("engagements.get_organisation", Nothing, Organisation, roles=SIGNED_IN)
update_organisation = command("engagements.update_organisation", OrganisationChanges, Organisation, roles=ADMIN)
public_organisation = query("engagements.public_organisation", Nothing, PublicOrganisation, roles=ANYONE)


# API tokens -------------------------------------------------------------------------------------------------------


class ApiToken(Entity):
    """A token for an integration. It acts in the name of the admin who made it, with the rights of `role`."""

    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(STAFF_ROLES))
    expires_at = Instant(required=True, allow_none=True)


class ApiTokenWithSecret(ApiToken):
    token = fields.String(required=True, metadata={"description": "told here and never again"})


class NewApiToken(Schema):
    name = text(100, required=True)
    role = fields.String(required=True, validate=validate.OneOf(STAFF_ROLES))
    expires_at = Instant(load_default=None, allow_none=True)


create_api_token = command("engagements.create_api_token", NewApiToken, ApiTokenWithSecret, roles=ADMIN)
list_api_tokens = query("engagements.list_api_tokens", PageInput, page_of(ApiToken), roles=ADMIN)
delete_api_token = command("engagements.delete_api_token", ById, roles=ADMIN)


# Clients ----------------------------------------------------------------------------------------------------------


class PersonRef(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class Client(Entity):
    """A client as staff sees it; `coach` looks after it, `coach_id` is that coach's id."""

    name = fields.String(required=True)
    email = fields.String(required=True)
    time_zone = fields.String(required=True)
    locale = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    company = fields.String(required=True, allow_none=True)
    coach_id = fields.UUID(required=True, allow_none=True)
    coach = fields.Nested(PersonRef, required=True, allow_none=True)
    portal = fields.String(required=True, validate=validate.OneOf(PORTAL_STATES))


class ClientProfile(Schema):
    """One client's own data: also a row of an import."""

    name = text(150, required=True)
    email = Email(required=True)
    time_zone = Zone(metadata={"description": "the organisation's when left out"})
    phone = text(50, allow_none=True)
    company = text(150, allow_none=True)


class NewClient(ClientProfile):
    coach_id = fields.UUID(allow_none=True, metadata={"description": "the coach who adds the client when left out"})


class ClientChanges(ById):
    name = text(150)
    email = Email()
    time_zone = Zone()
    locale = _locale()
    phone = text(50, allow_none=True)
    company = text(150, allow_none=True)
    coach_id = fields.UUID(allow_none=True)


class ListClients(PageInput):
    q = _query()
    portal = fields.String(validate=validate.OneOf(PORTAL_STATES))
    coach_id = fields.UUID()


class ClientImport(Schema):
    """A CSV file as text. With `preview` it is only said what would happen."""

    content = fields.String(required=True, validate=validate.Length(max=5_000_000))
    preview = fields.Boolean(load_default=False)


class RejectedRow(Schema):
    line = fields.Integer(required=True, metadata={"description": "where the row begins; the header is line 1"})
    errors = fields.Dict(
        keys=fields.String(), values=fields.List(fields.String()), required=True,
        metadata={"description": "by column; `row` for what concerns all of it"},
    )  # fmt: skip


class ClientsImported(Schema):
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    rejected = fields.List(fields.Nested(RejectedRow), required=True)


add_client = command("engagements.add_client", NewClient, Client)
list_clients = query("engagements.list_clients", ListClients, page_of(Client))
get_client = query("engagements.get_client", ById, Client)
update_client = command("engagements.update_client", ClientChanges, Client)
import_clients = command("engagements.import_clients", ClientImport, ClientsImported, seconds=60)
disable_client = command("engagements.disable_client", ById, Client)
enable_client = command("engagements.enable_client", ById, Client)


# Invitations ------------------------------------------------------------------------------------------------------


class NewInvitation(ById):
    """`id` is the engagement's."""

    message = text(2000, load_default=None, allow_none=True)


class Invitation(Schema):
    """What the page of an invitation shows. The last two are there for clients only."""

    kind = fields.String(required=True, validate=validate.OneOf(["client", "staff"]))
    name = fields.String(required=True)
    email = fields.String(required=True)
    expires_at = Instant(required=True)
    organisation = fields.Nested(PublicOrganisation, required=True)
    program_name = fields.String(required=True, allow_none=True)
    coach_name = fields.String(required=True, allow_none=True)


invite_client = command("engagements.invite_client", NewInvitation, Client)
get_invitation = query("engagements.get_invitation", Token, Invitation, roles=ANYONE)
accept_invitation = command("engagements.accept_invitation", NewPassword, SignedIn, roles=ANYONE)


# Programs ---------------------------------------------------------------------------------------------------------


def _sessions_total(**kwargs: object) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(0, 1000), **kwargs)  # type: ignore[arg-type]


class Program(Entity):
    name = fields.String(required=True)
    description = fields.String(required=True)
    sessions_total = fields.Integer(required=True)


class NewProgram(Schema):
    name = text(150, required=True)
    description = text(5000, shortest=0, load_default="")
    sessions_total = _sessions_total(required=True)


class ProgramChanges(ById):
    name = text(150)
    description = text(5000, shortest=0)
    sessions_total = _sessions_total()


create_program = command("engagements.create_program", NewProgram, Program)
list_programs = query("engagements.list_programs", PageInput, page_of(Program))
get_program = query("engagements.get_program", ById, Program)
update_program = command("engagements.update_program", ProgramChanges, Program)
delete_program = command("engagements.delete_program", ById)
copy_program = command("engagements.copy_program", ById, Program)


# Engagements ------------------------------------------------------------------------------------------------------


class Progress(Schema):
    """Sessions completed of sessions planned; `percent` is rounded down (rule C7)."""

    completed = fields.Integer(required=True)
    total = fields.Integer(required=True)
    percent = fields.Integer(required=True)


class ClientRef(PersonRef):
    portal = fields.String(required=True, validate=validate.OneOf(PORTAL_STATES))


class Engagement(Entity):
    """One client's way through one program; a date not set is null and shown as TBD (rule S2.5)."""

    client = fields.Nested(ClientRef, required=True)
    coach = fields.Nested(PersonRef, required=True)
    program_id = fields.UUID(required=True, allow_none=True)
    program_name = fields.String(required=True)
    sessions_total = fields.Integer(required=True)
    start_date = fields.Date(required=True, allow_none=True)
    end_date = fields.Date(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    progress = fields.Nested(Progress, required=True)
    completed_at = Instant(required=True, allow_none=True)
    ended_reason = fields.String(required=True, allow_none=True)
    sessions_unused = fields.Integer(
        required=True, allow_none=True, metadata={"description": "planned but not held when it was completed"}
    )


class NewEngagement(Schema):
    """Enrols a client: in a program, which is copied (rule C11), or under a name of its own."""

    client_id = fields.UUID(required=True)
    program_id = fields.UUID(load_default=None, allow_none=True)
    program_name = text(150, load_default=None, allow_none=True)
    sessions_total = _sessions_total(load_default=None, allow_none=True)
    coach_id = fields.UUID(load_default=None, allow_none=True)
    start_date = fields.Date(load_default=None, allow_none=True)
    end_date = fields.Date(load_default=None, allow_none=True)


class EngagementChanges(ById):
    program_name = text(150)
    sessions_total = _sessions_total()
    start_date = fields.Date(allow_none=True)
    end_date = fields.Date(allow_none=True)


class ListEngagements(PageInput):
    """`q` looks in the program's name and in the client's name, address and company."""

    status = fields.String(validate=validate.OneOf(STATUSES))
    coach_id = fields.UUID()
    client_id = fields.UUID()
    q = _query()


class ListClientEngagements(PageInput):
    """`id` is the client's."""

    id = fields.UUID(required=True)


class Assignment(ById):
    """Hands an engagement to another coach; private notes go along only if asked for (rule C10)."""

    coach_id = fields.UUID(required=True)
    include_private_notes = fields.Boolean(load_default=False)


class Completion(ById):
    reason = text(1000, load_default=None, allow_none=True)


create_engagement = command("engagements.create_engagement", NewEngagement, Engagement)
list_engagements = query("engagements.list_engagements", ListEngagements, page_of(Engagement), roles=SIGNED_IN)
list_client_engagements = query("engagements.list_client_engagements", ListClientEngagements, page_of(Engagement))
get_engagement = query("engagements.get_engagement", ById, Engagement, roles=SIGNED_IN)
update_engagement = command("engagements.update_engagement", EngagementChanges, Engagement)
delete_engagement = command("engagements.delete_engagement", ById)
restore_engagement = command("engagements.restore_engagement", ById, Engagement)
assign_engagement = command("engagements.assign_engagement", Assignment, Engagement)
complete_engagement = command("engagements.complete_engagement", Completion, Engagement)
reopen_engagement = command("engagements.reopen_engagement", ById, Engagement)


# The activity log -------------------------------------------------------------------------------------------------

ACTIVITY_KINDS = ("engagement", "client", "session", "resource", "invoice", "mail")


class ActivityActor(Schema):
    """Who did it. What happens by itself has no id, the role `system` and the name Coachworks."""

    id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)
    role = fields.String(required=True)


class Activity(Schema):
    """One entry: `actor.name` and then `text` read as a sentence.

    `target` is the part of `text` that is linked to `link`, a path of the portal (rule S2.20). `detail` is a second
    line, for staff only.
    """

    id = fields.UUID(required=True)
    at = Instant(required=True)
    actor = fields.Nested(ActivityActor, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(ACTIVITY_KINDS))
    verb = fields.String(required=True)
    text = fields.String(required=True)
    target = fields.String(required=True, metadata={"description": "the words of `text` that are the link"})
    link = fields.String(required=True)
    detail = fields.String(required=True, allow_none=True)


class ListActivity(PageInput):
    """`id` is the engagement's; `by` keeps the entries of staff or of the client."""

    id = fields.UUID(required=True)
    by = fields.String(validate=validate.OneOf(["staff", "client"]))
    kind = fields.String(validate=validate.OneOf(ACTIVITY_KINDS))


list_activity = query("engagements.list_activity", ListActivity, page_of(Activity), roles=SIGNED_IN)
