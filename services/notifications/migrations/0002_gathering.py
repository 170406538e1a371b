"""Mails that are gathered, kinds that are switched off, and whether what a mail is about is still there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    op.create_table(
        "switched_off",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_switched_off")),
    )
    op.add_column("notification", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.add_column("notification", sa.Column("gathers_until", columns.UtcDateTime(timezone=True), nullable=True))
    op.create_index("ix_notification_batch_id_created_at", "notification", ["batch_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_notification_batch_id_created_at", table_name="notification")
    with op.batch_alter_table("notification") as batch:
        batch.drop_column("gathers_until")
        batch.drop_column("batch_id")
    op.drop_table("switched_off")
    op.drop_table("place")
