"""Items of programs and their own wording."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
    )
    op.create_table(
        "item_wording",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_wording")),
    )
    op.add_column("coaching_session", sa.Column("context", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("invoice", sa.Column("context", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("mail_request", sa.Column("item_id", sa.Uuid(), nullable=True))
    op.add_column("place", sa.Column("name", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("place") as batch:
        batch.drop_column("name")

    with op.batch_alter_table("mail_request") as batch:
        batch.drop_column("item_id")

    with op.batch_alter_table("invoice") as batch:
        batch.drop_column("context")

    with op.batch_alter_table("coaching_session") as batch:
        batch.drop_column("context")
    op.drop_table("item_wording")
    op.drop_table("item")
