"""The trace of whoever asked for a mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail_request", sa.Column("requestid", sa.String(length=64), nullable=True))
    op.add_column("mail_request", sa.Column("traceparent", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("mail_request", "traceparent")
    op.drop_column("mail_request", "requestid")
