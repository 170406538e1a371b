"""Notes, goals and assignments of an engagement, comments on them, and what is to be done (API.md)."""

from __future__ import annotations

from uuid import UUID

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from contracts.actor import STAFF
from contracts.calls import assignments, feedback, goals, notes
from contracts.calls.documents import AttachmentForm
from gateway import files
from gateway.api.expose import ApiRequest, Routes

routes = Routes("Notes, goals, assignments")

routes.post("/engagements/<uuid:engagement_id>/notes", notes.create_note, status=201)
routes.get("/engagements/<uuid:engagement_id>/notes", notes.list_notes)
routes.put("/engagements/<uuid:id>/notes/order", notes.order_notes)
routes.get("/clients/<uuid:id>/notes", notes.list_client_notes)
routes.get("/notes/<uuid:id>", notes.get_note)
routes.patch("/notes/<uuid:id>", notes.update_note)
routes.delete("/notes/<uuid:id>", notes.delete_note)
routes.post("/notes/<uuid:id>/share", notes.share_note)
routes.post("/notes/<uuid:id>/unshare", notes.unshare_note)
routes.post("/notes/<uuid:id>/restore", notes.restore_note)
routes.get("/notes/<uuid:id>/comments", notes.list_note_comments)
routes.post("/notes/<uuid:id>/comments", notes.add_note_comment, status=201)

routes.post("/note-templates", notes.create_note_template, status=201)
routes.get("/note-templates", notes.list_note_templates)
routes.get("/note-templates/<uuid:id>", notes.get_note_template)
routes.patch("/note-templates/<uuid:id>", notes.update_note_template)
routes.delete("/note-templates/<uuid:id>", notes.delete_note_template)
routes.post("/note-templates/<uuid:id>/restore", notes.restore_note_template)

routes.post("/engagements/<uuid:engagement_id>/goals", goals.create_goal, status=201)
routes.get("/engagements/<uuid:engagement_id>/goals", goals.list_goals)
routes.get("/goals/<uuid:id>", goals.get_goal)
routes.patch("/goals/<uuid:id>", goals.update_goal)
routes.delete("/goals/<uuid:id>", goals.delete_goal)
routes.post("/goals/<uuid:id>/complete", goals.complete_goal)
routes.post("/goals/<uuid:id>/reopen", goals.reopen_goal)
routes.post("/goals/<uuid:id>/restore", goals.restore_goal)
routes.get("/goals/<uuid:id>/comments", notes.list_goal_comments)
routes.post("/goals/<uuid:id>/comments", notes.add_goal_comment, status=201)
routes.get("/goals/<uuid:id>/stakeholders", feedback.list_stakeholders)
routes.post("/goals/<uuid:id>/stakeholders", feedback.add_stakeholder, status=201)
routes.delete("/stakeholders/<uuid:id>", feedback.remove_stakeholder)
routes.post("/goals/<uuid:id>/feedback-requests", feedback.request_feedback, status=202)
routes.get("/goals/<uuid:id>/feedback", feedback.get_feedback)
routes.get("/public/feedback/<token>", feedback.get_feedback_page)
routes.post("/public/feedback/<token>", feedback.answer_feedback, status=201)
routes.post("/goals/<uuid:goal_id>/milestones", goals.create_milestone, status=201)
routes.put("/goals/<uuid:id>/milestones/order", goals.order_milestones)
routes.patch("/milestones/<uuid:id>", goals.update_milestone)
routes.delete("/milestones/<uuid:id>", goals.delete_milestone)
routes.post("/milestones/<uuid:id>/complete", goals.complete_milestone)
routes.post("/milestones/<uuid:id>/reopen", goals.reopen_milestone)
routes.post("/milestones/<uuid:id>/restore", goals.restore_milestone)

routes.post("/engagements/<uuid:engagement_id>/assignments", assignments.create_assignment, status=201)
routes.get("/engagements/<uuid:engagement_id>/assignments", assignments.list_assignments)
routes.get("/assignments/<uuid:id>", assignments.get_assignment)
routes.patch("/assignments/<uuid:id>", assignments.update_assignment)
routes.delete("/assignments/<uuid:id>", assignments.delete_assignment)
routes.post("/assignments/<uuid:id>/complete", assignments.complete_assignment)
routes.post("/assignments/<uuid:id>/reopen", assignments.reopen_assignment)
routes.post("/assignments/<uuid:id>/restore", assignments.restore_assignment)
routes.get("/assignments/<uuid:id>/comments", notes.list_assignment_comments)
routes.post("/assignments/<uuid:id>/comments", notes.add_assignment_comment, status=201)


@routes.view(
    "POST",
    "/assignments/<uuid:id>/files",
    status=201,
    roles=STAFF,
    consumes="multipart/form-data",
    form=AttachmentForm,
    answers=assignments.AssignmentFile,
    alternative=assignments.add_assignment_file,
)
def add_assignment_file(api: ApiRequest, id: UUID) -> ResponseReturnValue:
    """Add a file as multipart `file` and `message`, or as JSON one of the library or a link."""
    given = {"id": str(id)}
    if request.mimetype != "multipart/form-data":
        return jsonify(api.ask(assignments.add_assignment_file, api.json() | given)), 201
    assignment = api.ask(assignments.get_assignment, given)
    stored = files.forward(f"/engagements/{assignment['engagement_id']}/files", key=api.key)
    given |= {"library_file_id": stored["file_id"], "message": stored["message"]}
    return jsonify(api.ask(assignments.add_assignment_file, given)), 201


routes.delete("/assignment-files/<uuid:id>", assignments.remove_assignment_file)

routes.delete("/comments/<uuid:id>", notes.delete_comment)
routes.get("/todos", goals.list_todos)
