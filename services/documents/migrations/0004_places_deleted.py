"""When a note or an assignment was deleted: what it showed is kept no longer than it; who removed a resource."""

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
    op.add_column("resource", sa.Column("removed_by_client", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.alter_column("removed_by_client", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.drop_column("removed_by_client")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_column("deleted_at")
