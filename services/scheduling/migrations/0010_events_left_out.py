"""Which events of a coach's own calendar do not count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar", sa.Column("left_out", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("calendar", sa.Column("left_out_total", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("calendar", "left_out_total")
    op.drop_column("calendar", "left_out")
