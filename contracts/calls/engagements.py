"""Calls of the engagements service: sign-in, people, programs, engagements and their activity log."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import ADMIN, ANYONE, SIGNED_IN
from contracts.calls import command, query
from contracts.calls.items import MOST_ITEMS, ItemContent, TemplateItem
from contracts.calls.people import (
    PORTAL_STATES,
    ApiToken,
    ApiTokenWithSecret,
    Authenticated,
    Client,
    ClientChanges,
    ClientImport,
    ClientsImported,
    Coach,
    CoachChanges,
    Credentials,
    Invitation,
    ListClients,
    ListCoaches,
    MeChanges,
    NewApiToken,
    NewClient,
    NewCoach,
    NewInvitation,
    NewPassword,
    Nothing,
    Organisation,
    OrganisationChanges,
    PasswordReset,
    PasswordResetRequest,
    Person,
    PersonRef,
    PublicOrganisation,
    SignedIn,
    Token,
    search_words,
)
from contracts.schema import ById, Entity, Instant, PageInput, Schema, page_of, text

STATUSES = ("not_started", "in_progress", "completed")


# Sign-in ----------------------------------------------------------------------------------------------------------

authenticate = query("engagements.authenticate", Token, Authenticated, roles=ANYONE)
sign_in = command("engagements.sign_in", Credentials, SignedIn, roles=ANYONE)
sign_out = command("engagements.sign_out", Token, roles=SIGNED_IN)
me = query("engagements.me", Nothing, Person, roles=SIGNED_IN)
update_me = command("engagements.update_me", MeChanges, Person, roles=SIGNED_IN)
request_password_reset = command("engagements.request_password_reset", PasswordResetRequest, roles=ANYONE)
get_password_reset = query("engagements.get_password_reset", Token, PasswordReset, roles=ANYONE)
reset_password = command("engagements.reset_password", NewPassword, Person, roles=ANYONE)


# Coaches ----------------------------------------------------------------------------------------------------------

add_coach = command("engagements.add_coach", NewCoach, Coach, roles=ADMIN)
list_coaches = query("engagements.list_coaches", ListCoaches, page_of(Coach))
get_coach = query("engagements.get_coach", ById, Coach)
update_coach = command("engagements.update_coach", CoachChanges, Coach, roles=ADMIN)
deactivate_coach = command("engagements.deactivate_coach", ById, Coach, roles=ADMIN)
invite_coach = command("engagements.invite_coach", ById, Coach, roles=ADMIN)


# The organisation -------------------------------------------------------------------------------------------------

get_organisation = query("engagements.get_organisation", Nothing, Organisation, roles=SIGNED_IN)
update_organisation = command("engagements.update_organisation", OrganisationChanges, Organisation, roles=ADMIN)
public_organisation = query("engagements.public_organisation", Nothing, PublicOrganisation, roles=ANYONE)


# API tokens -------------------------------------------------------------------------------------------------------

create_api_token = command("engagements.create_api_token", NewApiToken, ApiTokenWithSecret, roles=ADMIN)
list_api_tokens = query("engagements.list_api_tokens", PageInput, page_of(ApiToken), roles=ADMIN)
delete_api_token = command("engagements.delete_api_token", ById, roles=ADMIN)


# Clients ----------------------------------------------------------------------------------------------------------

add_client = command("engagements.add_client", NewClient, Client)
list_clients = query("engagements.list_clients", ListClients, page_of(Client))
get_client = query("engagements.get_client", ById, Client)
update_client = command("engagements.update_client", ClientChanges, Client)
import_clients = command("engagements.import_clients", ClientImport, ClientsImported, seconds=60)
disable_client = command("engagements.disable_client", ById, Client)
enable_client = command("engagements.enable_client", ById, Client)


# Invitations ------------------------------------------------------------------------------------------------------

invite_client = command("engagements.invite_client", NewInvitation, Client)
revoke_invitation = command("engagements.revoke_invitation", ById, Client)
get_invitation = query("engagements.get_invitation", Token, Invitation, roles=ANYONE)
accept_invitation = command("engagements.accept_invitation", NewPassword, SignedIn, roles=ANYONE)


# Programs ---------------------------------------------------------------------------------------------------------


def _sessions_total(**kwargs: object) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(0, 1000), **kwargs)  # type: ignore[arg-type]


class Program(Entity):
    name = fields.String(required=True)
    description = fields.String(required=True)
    sessions_total = fields.Integer(required=True)
    items = fields.List(fields.Nested(TemplateItem), required=True)


def _items(**kwargs: object) -> fields.List:
    return fields.List(fields.Nested(ItemContent), validate=validate.Length(max=MOST_ITEMS), **kwargs)  # type: ignore[arg-type]


class NewProgram(Schema):
    name = text(150, required=True)
    description = text(5000, shortest=0, load_default="")
    sessions_total = _sessions_total(required=True)
    items = _items(load_default=list)


class ProgramChanges(ById):
    """`items` are all of them in their order, in place of those that are there."""

    name = text(150)
    description = text(5000, shortest=0)
    sessions_total = _sessions_total()
    items = _items()


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
    """`q` looks in the program's name and in the client's name, address and company.

    `quiet` are those that run without a session in the organisation's last `quiet_after_weeks`, and with none to come.
    """

    quiet = fields.Boolean(load_default=False)
    status = fields.String(validate=validate.OneOf(STATUSES))
    coach_id = fields.UUID()
    client_id = fields.UUID()
    q = search_words()


class ListClientEngagements(PageInput):
    """`id` is the client's."""

    id = fields.UUID(required=True)


class Handover(ById):
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
assign_engagement = command("engagements.assign_engagement", Handover, Engagement)
complete_engagement = command("engagements.complete_engagement", Completion, Engagement)
reopen_engagement = command("engagements.reopen_engagement", ById, Engagement)


# The activity log -------------------------------------------------------------------------------------------------

ACTIVITY_KINDS = (
    "engagement", "client", "item", "note", "goal", "assignment", "comment", "session", "resource", "invoice", "mail",
)  # fmt: skip


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
    """`id` is the engagement's; `by` keeps the entries of staff or of the client, `link` those that lead there."""

    id = fields.UUID(required=True)
    by = fields.String(validate=validate.OneOf(["staff", "client"]))
    kind = fields.String(validate=validate.OneOf(ACTIVITY_KINDS))
    link = text(200)


list_activity = query("engagements.list_activity", ListActivity, page_of(Activity), roles=SIGNED_IN)
