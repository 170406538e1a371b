"""The organisation's logo; a nonce for each link to pay by, in place of sealed tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "logo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logo")),
    )
    op.add_column("pay_link", sa.Column("nonce", sa.String(length=32), nullable=True))
    op.drop_column("invoice", "sealed_token")


def downgrade() -> None:
    op.add_column("invoice", sa.Column("sealed_token", sa.Text(), nullable=True))
    op.drop_column("pay_link", "nonce")
    op.drop_table("logo")
