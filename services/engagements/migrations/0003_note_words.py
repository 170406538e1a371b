"""Whole-text index of notes: FTS5 on SQLite, GIN on PostgreSQL; note templates that were deleted can come back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis import columns
from services.engagements.notes.sanitise import plain_text
from services.engagements.notes.words import words_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FTS = (
    "CREATE VIRTUAL TABLE note_words_fts USING fts5(words, content='note_words', content_rowid='id')",
    """CREATE TRIGGER note_words_inserted AFTER INSERT ON note_words BEGIN
         INSERT INTO note_words_fts(rowid, words) VALUES (new.id, new.words);
       END""",
    """CREATE TRIGGER note_words_deleted AFTER DELETE ON note_words BEGIN
         INSERT INTO note_words_fts(note_words_fts, rowid, words) VALUES ('delete', old.id, old.words);
       END""",
    """CREATE TRIGGER note_words_updated AFTER UPDATE ON note_words BEGIN
         INSERT INTO note_words_fts(note_words_fts, rowid, words) VALUES ('delete', old.id, old.words);
         INSERT INTO note_words_fts(rowid, words) VALUES (new.id, new.words);
       END""",
)


def upgrade() -> None:
    op.add_column("note_template", sa.Column("deleted_at", columns.UtcDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("note") as batch:  # no release ever wrote to it
        batch.drop_column("search")
    words = op.create_table(
        "note_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_words_note_id_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_words")),
        sa.UniqueConstraint("note_id", name=op.f("uq_note_words_note_id")),
    )
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for statement in _FTS:
            op.execute(statement)
    else:
        op.execute("CREATE INDEX note_words_fts ON note_words USING gin (to_tsvector('simple'::regconfig, words))")
    note = sa.table("note", sa.column("id", sa.Uuid()), sa.column("title", sa.Text()), sa.column("body", sa.Text()))
    for id_, title, body in connection.execute(sa.select(note.c.id, note.c.title, note.c.body)).all():
        found = " ".join(words_of(f"{title} {plain_text(body)}"))
        connection.execute(sa.insert(words).values(note_id=id_, words=found))


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.drop_table("note_words_fts")
    op.drop_table("note_words")
    with op.batch_alter_table("note_template") as batch:
        batch.drop_column("deleted_at")
    with op.batch_alter_table("note") as batch:
        batch.add_column(sa.Column("search", sa.Text(), nullable=False, server_default=""))
