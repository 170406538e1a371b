"""Alembic's environment for every service, and the chassis' own tables."""
