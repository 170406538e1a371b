"""Forms in their revisions, requests to fill them in, and the answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
    )
    op.create_index(op.f("ix_form_title"), "form", ["title"])
    op.create_table(
        "form_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_revision_form_id_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_revision")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_form_revision_form_id_number")),
    )
    op.create_table(
        "form_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["form_revision.id"], name=op.f("fk_form_request_revision_id_form_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_request")),
    )
    op.create_index(op.f("ix_form_request_engagement_id"), "form_request", ["engagement_id"])
    op.create_index(op.f("ix_form_request_state"), "form_request", ["state"])
    op.create_table(
        "form_recipient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("answered_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["form_request.id"], name=op.f("fk_form_recipient_request_id_form_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_recipient")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_form_recipient_token_digest")),
    )
    op.create_index(op.f("ix_form_recipient_client_id"), "form_recipient", ["client_id"])
    op.create_index(op.f("ix_form_recipient_request_id"), "form_recipient", ["request_id"])


def downgrade() -> None:
    op.drop_table("form_recipient")
    op.drop_table("form_request")
    op.drop_table("form_revision")
    op.drop_table("form")
