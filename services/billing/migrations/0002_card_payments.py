"""Payment by card: links, what Stripe tells, refunds."""

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
        "stripe_event",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    with op.batch_alter_table("stripe_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stripe_event_next_attempt_at"), ["next_attempt_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_stripe_event_state"), ["state"], unique=False)

    op.create_table(
        "pay_link",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_pay_link_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_pay_link")),
    )
    with op.batch_alter_table("pay_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pay_link_invoice_id"), ["invoice_id"], unique=False)

    op.create_table(
        "refund",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount", columns.Exact(precision=20, scale=6), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
    )
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_payment_id"), ["payment_id"], unique=False)

    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checkout_session", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("payment_intent", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("charge_refunded", columns.Exact(precision=20, scale=6), nullable=True))
        batch_op.add_column(sa.Column("withdrawn", columns.Exact(precision=20, scale=6), nullable=True))
        batch_op.create_index(batch_op.f("ix_payment_payment_intent"), ["payment_intent"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_payment_checkout_session"), ["checkout_session"])


def downgrade() -> None:
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_payment_checkout_session"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_payment_payment_intent"))
        batch_op.drop_column("withdrawn")
        batch_op.drop_column("charge_refunded")
        batch_op.drop_column("payment_intent")
        batch_op.drop_column("checkout_session")

    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refund_payment_id"))

    op.drop_table("refund")
    with op.batch_alter_table("pay_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pay_link_invoice_id"))

    op.drop_table("pay_link")
    with op.batch_alter_table("stripe_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stripe_event_state"))
        batch_op.drop_index(batch_op.f("ix_stripe_event_next_attempt_at"))

    op.drop_table("stripe_event")
