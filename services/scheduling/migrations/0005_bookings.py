"""Bookings by clients: the place of booked sessions, late changes, and whether these count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    place = sa.Column("location", sa.JSON(), nullable=False, server_default='{"kind": "other", "detail": null}')
    op.add_column("availability", place)
    op.add_column(
        "organisation", sa.Column("late_changes_count", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("session", sa.Column("late_changes", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("session", "late_changes")
    op.drop_column("organisation", "late_changes_count")
    op.drop_column("availability", "location")
