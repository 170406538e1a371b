"""The engagements service: what it answers, what it listens to, what it does by itself."""

from chassis.service import Every, On, Service
from contracts.calls import engagements as calls
from services.engagements.activity import operations as activity
from services.engagements.base import Base
from services.engagements.clients import importing
from services.engagements.clients import operations as clients
from services.engagements.copies import operations as copies
from services.engagements.engagements import operations as engagements
from services.engagements.invitations import operations as invitations
from services.engagements.organisation import operations as organisation
from services.engagements.people import operations as people
from services.engagements.programs import operations as programs
from services.engagements.settings import Settings
from services.engagements.sign_ins import operations as sign_ins

service = Service(
    name="engagements",
    base=Base,
    settings=Settings,
    prepares=organisation.set_up,
    answers={
        calls.authenticate: sign_ins.authenticate,
        calls.sign_in: sign_ins.sign_in,
        calls.sign_out: sign_ins.sign_out,
        calls.create_api_token: sign_ins.create_api_token,
        calls.list_api_tokens: sign_ins.list_api_tokens,
        calls.delete_api_token: sign_ins.delete_api_token,
        calls.me: people.me,
        calls.update_me: people.update_me,
        calls.add_coach: people.add_coach,
        calls.list_coaches: people.list_coaches,
        calls.get_coach: people.get_coach,
        calls.update_coach: people.update_coach,
        calls.deactivate_coach: people.deactivate_coach,
        calls.invite_coach: people.invite_coach,
        calls.request_password_reset: invitations.request_password_reset,
        calls.get_password_reset: invitations.get_password_reset,
        calls.reset_password: invitations.reset_password,
        calls.invite_client: invitations.invite_client,
        calls.get_invitation: invitations.get_invitation,
        calls.accept_invitation: invitations.accept_invitation,
        calls.get_organisation: organisation.show,
        calls.update_organisation: organisation.update,
        calls.public_organisation: organisation.show,
        calls.add_client: clients.add,
        calls.list_clients: clients.list_clients,
        calls.get_client: clients.show,
        calls.update_client: clients.update,
        calls.import_clients: importing.import_clients,
        calls.disable_client: clients.disable,
        calls.enable_client: clients.enable,
        calls.create_program: programs.create,
        calls.list_programs: programs.list_all,
        calls.get_program: programs.show,
        calls.update_program: programs.update,
        calls.delete_program: programs.delete,
        calls.copy_program: programs.copy,
        calls.create_engagement: engagements.create,
        calls.list_engagements: engagements.list_engagements,
        calls.list_client_engagements: engagements.list_of_client,
        calls.get_engagement: engagements.show,
        calls.update_engagement: engagements.update,
        calls.delete_engagement: engagements.delete,
        calls.restore_engagement: engagements.restore,
        calls.assign_engagement: engagements.assign,
        calls.complete_engagement: engagements.complete,
        calls.reopen_engagement: engagements.reopen,
        calls.list_activity: activity.list_activity,
    },
    listens=[
        On("scheduling.session.*.v1", copies.session_changed),
        On("scheduling.attendee.*.v1", copies.attendee_changed),
        On("documents.resource.*.v1", copies.resource_changed),
        On("billing.invoice.*.v1", copies.invoice_changed),
        On("billing.payment.removed.v1", copies.payment_removed),
        On("notifications.notification.*.v1", copies.mail_settled),
    ],
    every=[Every(3600, sign_ins.forget_expired)],
)
