"""Addresses that get no mail, and the links that unsubscribe them."""

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
        "suppression",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.String(length=400), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("address", "why", name=op.f("uq_suppression_address_why")),
    )
    op.create_index("ix_suppression_created_at_id", "suppression", ["created_at", "id"])
    op.create_table(
        "unsubscribe_link",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_unsubscribe_link")),
    )
    op.create_index(op.f("ix_unsubscribe_link_created_at"), "unsubscribe_link", ["created_at"])


def downgrade() -> None:
    op.drop_table("unsubscribe_link")
    op.drop_table("suppression")
