"""Reminders of sessions, some minutes before they begin."""
