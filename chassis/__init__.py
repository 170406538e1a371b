"""The plumbing: Nameko, kombu, SQLAlchemy, Alembic, logging. Knows no word of coaching."""

#: The release; pyproject.toml takes it from here.
__version__ = "1.0.0"
