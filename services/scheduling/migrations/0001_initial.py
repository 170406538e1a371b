"""Sessions, guests and copies; the database refuses to book a coach twice (C15)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns
from chassis.migrations import tables_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    tables_v1.upgrade()
    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    op.create_table(
        "coach",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coach")),
    )
    op.create_table(
        "engagement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=False),
        sa.Column("program_name", sa.String(), nullable=False),
        sa.Column("sessions_total", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
    )
    with op.batch_alter_table("engagement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engagement_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_engagement_coach_id"), ["coach_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("no_show_counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("location_kind", sa.String(length=20), nullable=False),
        sa.Column("location_detail", sa.String(length=500), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("holds_time", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("ics_sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'cancelled' OR NOT holds_time", name=op.f("ck_session_cancelled_holds_no_time")),
        sa.CheckConstraint("NOT (conflict AND holds_time)", name=op.f("ck_session_conflict_holds_no_time")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_session_ends_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index("ix_session_coach_id_starts_at", ["coach_id", "starts_at"], unique=False)
        batch_op.create_index("ix_session_engagement_id_starts_at", ["engagement_id", "starts_at"], unique=False)

    op.create_table(
        "guest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_guest_session_id_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest")),
        sa.UniqueConstraint("session_id", "email_key", name=op.f("uq_guest_session_id_email_key")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _refuse_double_booking_on_sqlite()
    else:
        _refuse_double_booking_on_postgresql()


def _refuse_double_booking_on_postgresql() -> None:
    """A range of one uuid stands in for the uuid, which GiST cannot index by itself without an extension."""
    op.execute("CREATE TYPE uuid_range AS RANGE (subtype = uuid)")
    op.execute(
        "ALTER TABLE session ADD CONSTRAINT coach_booked_once EXCLUDE USING gist"
        " (uuid_range(coach_id, coach_id, '[]') WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (holds_time)"
    )


def _refuse_double_booking_on_sqlite() -> None:
    """SQLite has one writer at a time, so what a trigger finds no other transaction can change before the commit."""
    trigger = (
        "CREATE TRIGGER coach_booked_once_NAME BEFORE MOMENT ON session WHEN NEW.holds_time BEGIN"
        " SELECT RAISE(ABORT, 'coach_booked_once') WHERE EXISTS (SELECT 1 FROM session WHERE holds_time"
        " AND coach_id = NEW.coach_id AND id <> NEW.id"
        " AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at); END"
    )
    for name, moment in (("insert", "INSERT"), ("update", "UPDATE OF coach_id, starts_at, ends_at, holds_time")):
        op.execute(trigger.replace("NAME", name).replace("MOMENT", moment))


def downgrade() -> None:
    op.drop_table("guest")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index("ix_session_engagement_id_starts_at")
        batch_op.drop_index("ix_session_coach_id_starts_at")

    op.drop_table("session")
    op.drop_table("organisation")
    with op.batch_alter_table("engagement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_engagement_coach_id"))
        batch_op.drop_index(batch_op.f("ix_engagement_client_id"))

    op.drop_table("engagement")
    op.drop_table("coach")
    op.drop_table("client")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TYPE uuid_range")
    tables_v1.downgrade()
