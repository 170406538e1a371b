"""Reminders of forms, and the links that they bring."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_reminders",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("switched_on_by", sa.Uuid(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("next_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["form_request.id"], name=op.f("fk_form_reminders_request_id_form_request")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_form_reminders")),
    )
    op.create_index(op.f("ix_form_reminders_next_at"), "form_reminders", ["next_at"])
    op.create_table(
        "form_reminder_link",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["form_recipient.id"], name=op.f("fk_form_reminder_link_recipient_id_form_recipient")
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_form_reminder_link")),
    )
    op.create_index(op.f("ix_form_reminder_link_recipient_id"), "form_reminder_link", ["recipient_id"])


def downgrade() -> None:
    op.drop_table("form_reminder_link")
    op.drop_table("form_reminders")
