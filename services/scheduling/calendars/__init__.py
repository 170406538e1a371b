"""Coaches' calendars at other servers: sessions are written there, busy times read (CalDAV)."""
