"""Calls of the notifications service: the log of mail, what the gate would say, and the log of public events."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import ADMIN, SIGNED_IN
from contracts.calls import command, query
from contracts.calls.people import Nothing
from contracts.notification import KINDS, AboutSchema
from contracts.schema import ById, Email, Entity, Instant, PageInput, Schema, line, page_of, text

STATES = ("queued", "scheduled", "sent", "failed", "refused", "cancelled")


class AttachmentName(Schema):
    """A file that travels with a mail, without its bytes."""

    filename = fields.String(required=True)
    content_type = fields.String(required=True)


class Notification(Entity):
    """One mail to one recipient, from its request to its outcome.

    `reason` and `rule` say why it was refused or cancelled (`rule` is a number of RULES.md, or null where no rule of
    the domain was the reason); for a failed or waiting one `reason` is what the mail server said and `next_attempt_at`
    when it is tried again.

    A coach who typed the address of another coach's client is told what was typed, and `outsider` (C22).
    """

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    recipient = fields.String(required=True, metadata={"description": "the mail address"})
    recipient_name = fields.String(required=True)
    recipient_portal = fields.String(
        required=True,
        metadata={"description": "internal_record, invited, active, disabled, staff or outsider, when it was queued"},
    )
    person_id = fields.UUID(required=True, allow_none=True)
    client_id = fields.UUID(required=True, allow_none=True)
    engagement_id = fields.UUID(required=True, allow_none=True)
    program_name = fields.String(required=True, allow_none=True)
    about = fields.Nested(AboutSchema, required=True)
    subject = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = fields.String(required=True, allow_none=True)
    rule = fields.String(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    next_attempt_at = Instant(required=True, allow_none=True)
    sent_at = Instant(required=True, allow_none=True)
    attachments = fields.List(fields.Nested(AttachmentName), required=True)
    batch_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "the same for those that are gathered in one mail"}
    )


class NotificationDetail(Notification):
    """The mail as it was sent, or as it would be sent now. A link that opens an account is never shown."""

    html = fields.String(required=True)
    text = fields.String(required=True)


class StateCounts(Schema):
    """How many mails there are in each state."""

    queued = fields.Integer(required=True)
    scheduled = fields.Integer(required=True)
    sent = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)


class NotificationPage(page_of(Notification)):  # type: ignore[misc]
    """`counts` span all pages and all states, whatever `state` was asked for."""

    counts = fields.Nested(StateCounts, required=True)


class ListNotifications(PageInput):
    """Newest first. A coach sees those of own engagements only (C22)."""

    engagement_id = fields.UUID()
    client_id = fields.UUID()
    state = fields.String(validate=validate.OneOf(STATES))
    kind = fields.String(validate=validate.OneOf(KINDS))


class MayNotifyRecipient(Schema):
    """A person by `person_id`, or anybody by `email`."""

    person_id = fields.UUID()
    email = Email()
    name = fields.String(load_default="")


class MayNotify(Schema):
    """Asks before anything happens. Without `recipients` the engagement's client and coach are meant.

    `origin` is `staff` for what a member of staff does on purpose, `automatic` for what the system does by itself.
    """

    engagement_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    recipients = fields.List(fields.Nested(MayNotifyRecipient), validate=validate.Length(min=1, max=200))
    origin = fields.String(load_default="staff", validate=validate.OneOf(["staff", "automatic"]))


class NamedRecipient(Schema):
    """Who is meant: an address, and the name it goes by (may be empty)."""

    person_id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)
    email = fields.String(required=True)


class Verdict(Schema):
    """The gate's answer for one recipient, with the rule's number and a sentence for a person (C2)."""

    recipient = fields.Nested(NamedRecipient, required=True)
    allowed = fields.Boolean(required=True)
    rule = fields.String(required=True)
    reason = fields.String(required=True)


class Verdicts(Schema):
    """One verdict per recipient, in the order asked."""

    verdicts = fields.List(fields.Nested(Verdict), required=True)


class MailKind(Schema):
    """A kind of mail, and whether one gets it."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    on = fields.Boolean(required=True)


class MyNotifications(Schema):
    """The kinds of mail that one can switch off and on for oneself."""

    kinds = fields.List(fields.Nested(MailKind), required=True)


class TemplateKind(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))


class TemplateText(TemplateKind):
    """The wording of a kind: one line, and paragraphs with a blank line between them.

    Placeholders stand in it like `{{client.first_name}}`, and parts of it can depend on one: `{% if … %}…{% endif %}`.
    """

    subject = line(200, required=True)
    body = text(10_000, required=True)


class Template(TemplateText):
    """`placeholders` are all that may stand in it; `is_default` is true until the organisation writes its own."""

    is_default = fields.Boolean(required=True)
    placeholders = fields.List(fields.String(), required=True)


class Templates(Schema):
    """Every kind."""

    items = fields.List(fields.Nested(Template), required=True)


class TemplateDraft(TemplateKind):
    """A wording that is not saved; what is left out is as it is now."""

    subject = line(200)
    body = text(10_000)


class TemplatePreview(Schema):
    """A mail in that wording, with made-up people, a session and an invoice of theirs; sends nothing."""

    subject = fields.String(required=True)
    html = fields.String(required=True)
    text = fields.String(required=True)


class ListEvents(Schema):
    """Public events in order, those after position `after` whose type matches one of `types`.

    `types` are comma-separated topic patterns as in AMQP: `*` is one word, `#` any number of them.
    """

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**62))
    types = fields.String(load_default="#", validate=validate.Length(1, 2000))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class EventPage(Schema):
    """CloudEvents 1.0 just as they were published; `next` is always the position to go on from."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.Integer(required=True)


list_notifications = query("notifications.list_notifications", ListNotifications, NotificationPage)
get_notification = query("notifications.get_notification", ById, NotificationDetail)
retry_notification = command("notifications.retry_notification", ById, Notification)
may_notify = query("notifications.may_notify", MayNotify, Verdicts)
get_my_notifications = query("notifications.get_my_notifications", Nothing, MyNotifications, roles=SIGNED_IN)
update_my_notifications = command(
    "notifications.update_my_notifications", MyNotifications, MyNotifications, roles=SIGNED_IN
)
list_templates = query("notifications.list_templates", Nothing, Templates, roles=ADMIN)
get_template = query("notifications.get_template", TemplateKind, Template, roles=ADMIN)
write_template = command("notifications.write_template", TemplateText, Template, roles=ADMIN)
reset_template = command("notifications.reset_template", TemplateKind, roles=ADMIN)
preview_template = query("notifications.preview_template", TemplateDraft, TemplatePreview, roles=ADMIN)
list_events = query("notifications.list_events", ListEvents, EventPage, roles=ADMIN)
