"""What the gate answers to whoever may not learn whose address it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notification", sa.Column("told_reason", sa.String(length=500), nullable=True))
    op.add_column("notification", sa.Column("told_rule", sa.String(length=10), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notification") as batch:
        batch.drop_column("told_rule")
        batch.drop_column("told_reason")
