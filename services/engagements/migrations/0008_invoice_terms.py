"""What invoices say if nothing else was said: days to pay in, and the paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("invoice_due_days", sa.Integer(), nullable=True))
    op.add_column("organisation", sa.Column("invoice_paper", sa.String(length=10), nullable=False, server_default="a4"))


def downgrade() -> None:
    op.drop_column("organisation", "invoice_paper")
    op.drop_column("organisation", "invoice_due_days")
