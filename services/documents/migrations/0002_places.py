"""Which files notes and assignments show, and whether the client sees them there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_sees", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    op.create_table(
        "place_file",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_file_place_id_place")),
        sa.PrimaryKeyConstraint("place_id", "file_id", name=op.f("pk_place_file")),
    )
    op.create_index(op.f("ix_place_file_file_id"), "place_file", ["file_id"], unique=False)


def downgrade() -> None:

    op.drop_table("place_file")
    op.drop_table("place")
