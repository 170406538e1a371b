"""Coaches' calendars at other servers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    in_use = sa.text("state <> 'disconnecting'")
    op.create_table(
        "calendar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("collection", sa.String(length=4000), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("failing_since", columns.UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_sync_at", columns.UtcDateTime(), nullable=True),
        sa.Column("next_sync_at", columns.UtcDateTime(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", columns.UtcDateTime(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
    )
    op.create_index(
        "uq_calendar_in_use", "calendar", ["coach_id"], unique=True, sqlite_where=in_use, postgresql_where=in_use
    )
    op.create_index("ix_calendar_next_sync_at", "calendar", ["next_sync_at"])
    op.create_table(
        "calendar_entry",
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("href", sa.String(length=4000), nullable=False),
        sa.Column("etag", sa.String(length=500), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("invited", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_entry_calendar_id_calendar"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_id", "session_id", name=op.f("pk_calendar_entry")),
    )
    op.create_index(op.f("ix_calendar_entry_session_id"), "calendar_entry", ["session_id"])
    op.create_table(
        "calendar_busy",
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ends_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_busy_calendar_id_calendar"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_id", "starts_at", name=op.f("pk_calendar_busy")),
    )


def downgrade() -> None:
    op.drop_table("calendar_busy")
    op.drop_table("calendar_entry")
    op.drop_table("calendar")
