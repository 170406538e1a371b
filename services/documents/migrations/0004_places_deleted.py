"""When a note or an assignment was deleted: what it showed is kept no longer than it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("place", sa.Column("deleted_at", columns.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_column("deleted_at")
