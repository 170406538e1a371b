"""Scheduling: sessions, who attends them, and their calendar invites."""
