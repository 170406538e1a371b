"""What invoices say besides, and the sessions that they are written for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("starts_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_engagement_id"), ["engagement_id"], unique=False)

    op.create_table(
        "invoiced_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoiced_session_invoice_id_invoice")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_invoiced_session_session_id_session")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_invoiced_session")),
    )
    with op.batch_alter_table("invoiced_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoiced_session_invoice_id"), ["invoice_id"], unique=False)

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("discount_rate", columns.Exact(precision=20, scale=6), nullable=True))
        batch_op.add_column(sa.Column("due_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("purchase_order", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("paper", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("replaces", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("invoice_due_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("invoice_paper", sa.String(length=10), server_default="a4", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("invoice_paper")
        batch_op.drop_column("invoice_due_days")

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_column("replaces")
        batch_op.drop_column("paper")
        batch_op.drop_column("purchase_order")
        batch_op.drop_column("due_days")
        batch_op.drop_column("discount_rate")

    with op.batch_alter_table("invoiced_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoiced_session_invoice_id"))

    op.drop_table("invoiced_session")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_engagement_id"))

    op.drop_table("session")
