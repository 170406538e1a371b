"""The engagements service: what it answers, what it listens to, what it does by itself."""

from chassis.service import Backlog, Every, Mirror, On, Service
from contracts.calls import assignments as assignment_calls
from contracts.calls import engagements as calls
from contracts.calls import erasures as erasure_calls
from contracts.calls import feedback as feedback_calls
from contracts.calls import goals as goal_calls
from contracts.calls import items as item_calls
from contracts.calls import notes as note_calls
from services.engagements.activity import operations as activity
from services.engagements.assignments import operations as assignments
from services.engagements.base import Base
from services.engagements.clients import importing
from services.engagements.clients import operations as clients
from services.engagements.comments import operations as comments
from services.engagements.copies import operations as copies
from services.engagements.engagements import operations as engagements
from services.engagements.erasures import exporting
from services.engagements.erasures import operations as erasures
from services.engagements.facts import facts
from services.engagements.feedback import operations as feedback
from services.engagements.goals import milestones
from services.engagements.goals import operations as goals
from services.engagements.invitations import operations as invitations
from services.engagements.items import delivery, following
from services.engagements.items import operations as items
from services.engagements.note_templates import operations as note_templates
from services.engagements.notes import operations as notes
from services.engagements.organisation import operations as organisation
from services.engagements.people import operations as people
from services.engagements.programs import operations as programs
from services.engagements.settings import Settings
from services.engagements.sign_ins import operations as sign_ins
from services.engagements.todos import operations as todos

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
        calls.revoke_invitation: invitations.revoke_invitation,
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
        erasure_calls.request_client_export: erasures.request_export,
        erasure_calls.get_client_export: erasures.show_export,
        erasure_calls.export_from_engagements: exporting.export,
        erasure_calls.erase_client: erasures.erase,
        erasure_calls.get_client_erasure: erasures.show_erasure,
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
        item_calls.list_items: items.list_items,
        item_calls.get_item: items.show,
        item_calls.create_item: items.create,
        item_calls.update_item: items.update,
        item_calls.remove_item: items.remove,
        item_calls.order_items: items.put_in_order,
        item_calls.write_item_recipients: items.write_recipients,
        item_calls.send_item: items.send,
        item_calls.schedule_item: items.schedule,
        item_calls.unschedule_item: items.unschedule,
        item_calls.complete_item: items.complete,
        note_calls.create_note: notes.create,
        note_calls.list_notes: notes.list_notes,
        note_calls.list_client_notes: notes.list_of_client,
        note_calls.get_note: notes.show,
        note_calls.update_note: notes.write,
        note_calls.share_note: notes.share,
        note_calls.unshare_note: notes.unshare,
        note_calls.order_notes: notes.put_in_order,
        note_calls.delete_note: notes.delete,
        note_calls.restore_note: notes.restore,
        note_calls.list_note_comments: comments.list_on("note"),
        note_calls.add_note_comment: comments.add_to("note"),
        note_calls.list_goal_comments: comments.list_on("goal"),
        note_calls.add_goal_comment: comments.add_to("goal"),
        note_calls.list_assignment_comments: comments.list_on("assignment"),
        note_calls.add_assignment_comment: comments.add_to("assignment"),
        note_calls.delete_comment: comments.delete,
        note_calls.create_note_template: note_templates.create,
        note_calls.list_note_templates: note_templates.list_all,
        note_calls.get_note_template: note_templates.show,
        note_calls.update_note_template: note_templates.update,
        note_calls.delete_note_template: note_templates.delete,
        note_calls.restore_note_template: note_templates.restore,
        goal_calls.create_goal: goals.create,
        goal_calls.list_goals: goals.list_goals,
        goal_calls.get_goal: goals.show,
        goal_calls.update_goal: goals.update,
        goal_calls.complete_goal: goals.complete,
        goal_calls.reopen_goal: goals.reopen,
        goal_calls.delete_goal: goals.delete,
        goal_calls.restore_goal: goals.restore,
        goal_calls.create_milestone: milestones.create,
        goal_calls.update_milestone: milestones.update,
        goal_calls.complete_milestone: milestones.complete,
        goal_calls.reopen_milestone: milestones.reopen,
        goal_calls.delete_milestone: milestones.delete,
        goal_calls.restore_milestone: milestones.restore,
        goal_calls.order_milestones: milestones.put_in_order,
        feedback_calls.list_stakeholders: feedback.list_stakeholders,
        feedback_calls.add_stakeholder: feedback.add,
        feedback_calls.remove_stakeholder: feedback.remove,
        feedback_calls.request_feedback: feedback.request,
        feedback_calls.get_feedback: feedback.show,
        feedback_calls.get_feedback_page: feedback.page_of,
        feedback_calls.answer_feedback: feedback.answer,
        goal_calls.list_todos: todos.list_todos,
        goal_calls.count_workspace: todos.count_workspace,
        assignment_calls.create_assignment: assignments.create,
        assignment_calls.list_assignments: assignments.list_assignments,
        assignment_calls.get_assignment: assignments.show,
        assignment_calls.update_assignment: assignments.update,
        assignment_calls.complete_assignment: assignments.complete,
        assignment_calls.reopen_assignment: assignments.reopen,
        assignment_calls.delete_assignment: assignments.delete,
        assignment_calls.restore_assignment: assignments.restore,
        assignment_calls.add_assignment_file: assignments.add_file,
        assignment_calls.remove_assignment_file: assignments.remove_file,
        calls.list_activity: activity.list_activity,
    },
    listens=[
        On("scheduling.session.*.v1", copies.session_changed, unless=erasures.is_over, mirrors=copies.mirror_session),
        On("scheduling.attendee.*.v1", copies.attendee_changed, unless=erasures.is_over),
        On("documents.resource.*.v1", copies.resource_changed, unless=erasures.is_over),
        On("documents.folder.*.v1", copies.folder_changed, unless=erasures.is_over),
        Mirror("documents.file.*.v1", copies.file_changed, unless=erasures.is_over),
        Mirror("documents.form.*.v1", copies.form_changed),
        On("documents.form_request.sent.v1", following.form_sent),
        On("documents.form_request.answered.v1", following.form_answered),
        On("billing.invoice.sent.v1", following.invoice_sent),
        On("billing.invoice.paid.v1", following.invoice_paid),
        On("billing.invoice.*.v1", copies.invoice_changed, unless=erasures.is_over, mirrors=copies.mirror_invoice),
        On("billing.payment.removed.v1", copies.payment_removed, unless=erasures.is_over),
        On("billing.credit_note.issued.v1", copies.credit_note_issued, unless=erasures.is_over),
        On("notifications.notification.*.v1", copies.mail_settled, unless=erasures.is_over),
        On("*.client.erased.v1", erasures.settled),
    ],
    every=[Every(1, delivery.send_due), Every(3600, sign_ins.forget_expired)],
    facts=facts,
    backlogs=[Backlog("items", delivery.backlog)],
)
