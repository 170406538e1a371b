"""Attendees answer the invites that they were mailed."""
