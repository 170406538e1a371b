"""The plumbing: Nameko, kombu, SQLAlchemy, Alembic, logging. Knows no word of coaching."""
