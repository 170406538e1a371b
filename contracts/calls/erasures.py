"""What the calls about exporting and erasing a client take and answer (rule C24)."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.actor import ADMIN
from contracts.calls import command, query
from contracts.schema import ById, Instant, Schema


class ClientExport(Schema):
    """That an export was asked for."""

    asked_at = Instant(required=True)


class ClientExportState(ClientExport):
    """`ready` while every service answers; `url` is where the ZIP is then."""

    state = fields.String(required=True, validate=validate.OneOf(["waiting", "ready"]))
    services = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True,
        metadata={"description": "`waiting` or `ready`, by service"},
    )  # fmt: skip
    url = fields.String()


class ClientData(Schema):
    """All that one service holds on a client, by kind of thing, as plain JSON."""

    data = fields.Dict(keys=fields.String(), required=True)


class ClientErasure(Schema):
    """How far the erasure of a client is: done only when every service has said so."""

    state = fields.String(required=True, validate=validate.OneOf(["running", "done"]))
    asked_at = Instant(required=True)
    done_at = Instant(required=True, allow_none=True)
    services = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True,
        metadata={"description": "`running` or `done`, by service"},
    )  # fmt: skip


request_client_export = command("engagements.request_client_export", ById, ClientExport, roles=ADMIN)
get_client_export = query("engagements.get_client_export", ById, ClientExport, roles=ADMIN)
erase_client = command("engagements.erase_client", ById, ClientErasure, roles=ADMIN, seconds=30.0)
get_client_erasure = query("engagements.get_client_erasure", ById, ClientErasure, roles=ADMIN)

export_from_engagements = query("engagements.export_from_engagements", ById, ClientData, roles=ADMIN, seconds=30.0)
export_from_scheduling = query("scheduling.export_from_scheduling", ById, ClientData, roles=ADMIN, seconds=30.0)
export_from_documents = query("documents.export_from_documents", ById, ClientData, roles=ADMIN, seconds=30.0)
export_from_notifications = query(
    "notifications.export_from_notifications", ById, ClientData, roles=ADMIN, seconds=30.0
)
export_from_billing = query("billing.export_from_billing", ById, ClientData, roles=ADMIN, seconds=30.0)
