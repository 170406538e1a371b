"""How recipients were typed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notification", sa.Column("typed_email", sa.String(length=254), nullable=True))
    op.add_column("notification", sa.Column("typed_name", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notification") as batch:
        batch.drop_column("typed_name")
        batch.drop_column("typed_email")
