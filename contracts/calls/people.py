"""What the calls about people take and answer: sign-in, staff, the organisation, API tokens, clients, invitations."""

from __future__ import annotations

import re
from string import Formatter

from marshmallow import ValidationError, fields, validate

from contracts.currency import DECIMALS
from contracts.schema import ById, Email, Entity, Instant, PageInput, Schema, Zone, text

STAFF_ROLES = ("coach", "admin")
PORTAL_STATES = ("internal_record", "invited", "active", "disabled")
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


def search_words() -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=200))


# Sign-in ----------------------------------------------------------------------------------------------------------


class Token(Schema):
    """A bearer token, as its holder sent it."""

    token = fields.String(required=True)


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


class PasswordReset(Schema):
    """A link for a new password that still works."""

    expires_at = Instant(required=True)


class NewPassword(Token):
    """A token of a link in a mail, and the password that its holder wants."""

    password = _new_password()


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
    q = search_words()


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
    return fields.String(validate=validate.OneOf(sorted(DECIMALS), error="Not an ISO 4217 code like EUR."))


class Organisation(Entity):
    name = fields.String(required=True)
    colour = fields.String(required=True)
    currency = fields.String(required=True)
    time_zone = fields.String(required=True)
    cancellations_to_internal_records = fields.Boolean(required=True, metadata={"description": "rule C4"})
    no_show_counts = fields.Boolean(required=True, metadata={"description": "rule C7"})
    late_changes_count = fields.Boolean(
        required=True,
        metadata={"description": "a client's late change of a session uses one up; false: it is refused"},
    )
    quiet_after_weeks = fields.Integer(required=True)
    reminder_minutes = fields.List(fields.Integer(), required=True)
    invoice_number_format = fields.String(required=True)
    invoice_details = fields.String(required=True)
    invoice_due_days = fields.Integer(
        required=True, allow_none=True, metadata={"description": "to pay an invoice in, if it says nothing else"}
    )
    invoice_paper = fields.String(required=True, metadata={"description": "a4 or letter"})


class OrganisationChanges(Schema):
    name = text(150)
    colour = _colour()
    currency = _currency()
    time_zone = Zone()
    cancellations_to_internal_records = fields.Boolean()
    no_show_counts = fields.Boolean()
    late_changes_count = fields.Boolean()
    quiet_after_weeks = fields.Integer(strict=True, validate=validate.Range(1, 52))
    reminder_minutes = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 40_320)), validate=validate.Length(max=5)
    )
    invoice_number_format = fields.String(validate=[validate.Length(1, 40), check_number_format])
    invoice_details = text(2000, shortest=0)
    invoice_due_days = fields.Integer(strict=True, allow_none=True, validate=validate.Range(0, 365))
    invoice_paper = fields.String(validate=validate.OneOf(["a4", "letter"]))


class PublicOrganisation(Schema):
    """What the pages before the sign-in show."""

    name = fields.String(required=True)
    colour = fields.String(required=True)


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
    erased_at = Instant(required=True, allow_none=True, metadata={"description": "rule C24"})


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
    q = search_words()
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
