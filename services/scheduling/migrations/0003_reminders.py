"""Reminders of sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_done",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_reminder_done_session_id_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "starts_at", "minutes", name=op.f("pk_reminder_done")),
    )
    op.add_column("organisation", sa.Column("reminder_minutes", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("session", sa.Column("planned_at", columns.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("session", "planned_at")
    op.drop_column("organisation", "reminder_minutes")
    op.drop_table("reminder_done")
