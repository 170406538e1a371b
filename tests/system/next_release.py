"""The next release, made from this one: a service's image, with all that a release may add to it.

Two services get one, a publisher and a listener. In both every event and every answer has a field more, and a migration
brings a table and a column; scheduling publishes an event of a new type, to which engagements listens.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.images import lay_out

_FIELD = """
    added = fields.String(dump_default="by the next release")
"""

_TYPE = '''

class OutlookDrawn(EventData):
    """An outlook of a new session was drawn."""

    type = "scheduling.outlook.drawn.v1"
    session_id = fields.UUID(required=True)
'''

_MIGRATION = '''"""What the next release brings."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("outlook", sa.Column("session_id", sa.String(36), nullable=False))
    op.add_column("{table}", sa.Column("outlook", sa.String(36), nullable=True))
'''

_PUBLISHES = """

from uuid import UUID

from chassis.work import Work
from contracts.events.scheduling import OutlookDrawn, SessionScheduled

_enqueue = Work._enqueue


def _enqueue_with_outlook(self, event, subject, sequence, data, actor):
    _enqueue(self, event, subject, sequence, data, actor)
    if event is SessionScheduled:
        _enqueue(self, OutlookDrawn, subject, sequence, {"session_id": UUID(subject)}, actor)


Work._enqueue = _enqueue_with_outlook
"""

_LISTENS = """

from dataclasses import replace

from sqlalchemy import text


def keep_outlook(work, event):
    work.session.execute(text("INSERT INTO outlook (session_id) VALUES (:id)"), {"id": event.subject})


service = replace(service, listens=[*service.listens, On("scheduling.outlook.drawn.v1", keep_outlook)])
"""

_OWN = {"scheduling": ("session", _PUBLISHES), "engagements": ("activity", _LISTENS)}


def make(service: str, folder: Path) -> Path:
    """Lays the next release of a service out in `folder`, to be its process's PYTHONPATH."""
    lay_out("service", folder, SERVICE=service)
    events, answers = folder / "contracts/events/__init__.py", folder / "contracts/schema.py"
    _change(events, "from marshmallow import EXCLUDE\n", "from marshmallow import EXCLUDE, fields\n")
    _change(events, "    exchange: ClassVar[str] = PUBLIC\n", "    exchange: ClassVar[str] = PUBLIC\n" + _FIELD)
    version = "    version = fields.Integer(required=True)\n"
    _change(answers, version, version + _FIELD)
    _append(folder / "contracts/events/scheduling.py", _TYPE)
    table, code = _OWN[service]
    migrations = folder / "services" / service / "migrations"
    newest = max(file.name[:4] for file in migrations.glob("0*.py"))
    revision = f"{int(newest) + 1:04}"
    (migrations / f"{revision}_outlook.py").write_text(_MIGRATION.format(revision=revision, newest=newest, table=table))
    _append(folder / "services" / service / "service.py", code)
    return folder


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1, f"{file} has changed: {old!r}"
    file.write_text(text.replace(old, new))


def _append(file: Path, code: str) -> None:
    file.write_text(file.read_text() + code)
