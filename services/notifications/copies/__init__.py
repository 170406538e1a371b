"""Local copies of what other services own, fed by their events."""
