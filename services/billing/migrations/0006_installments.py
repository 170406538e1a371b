"""Packages that are paid in instalments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installment_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.String(length=900), nullable=False),
        sa.Column("total", columns.Exact(precision=20, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("tax_rate", sa.String(length=20), nullable=True),
        sa.Column("every", sa.String(length=10), nullable=False),
        sa.Column("send", sa.Boolean(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("set_up_by", sa.JSON(), nullable=False),
        sa.Column("stopped_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installment_plan")),
    )
    with op.batch_alter_table("installment_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_installment_plan_engagement_id"), ["engagement_id"], unique=False)

    op.create_table(
        "installment",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("amount", columns.Exact(precision=20, scale=6), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["installment_plan.id"], name=op.f("fk_installment_plan_id_installment_plan")
        ),
        sa.PrimaryKeyConstraint("plan_id", "ordinal", name=op.f("pk_installment")),
    )
    with op.batch_alter_table("installment", schema=None) as batch_op:
        batch_op.create_index("ix_installment_due", ["on", "invoice_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("installment", schema=None) as batch_op:
        batch_op.drop_index("ix_installment_due")

    op.drop_table("installment")
    with op.batch_alter_table("installment_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_installment_plan_engagement_id"))

    op.drop_table("installment_plan")
