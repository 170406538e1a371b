"""A resource without a file is a folder of the library."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.alter_column("file_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.create_index(batch_op.f("ix_resource_library_id"), ["library_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resource_library_id"))
        batch_op.alter_column("file_id", existing_type=sa.Uuid(), nullable=False)
