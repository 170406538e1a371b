"""Reads the events of Coachworks: `for event in subscribe(url, queue): …`."""

from coachworks_events.event import Event, Unreadable
from coachworks_events.seen import SeenInSqlite
from coachworks_events.subscription import STREAM, Refused, Subscription, subscribe

__all__ = ["STREAM", "Event", "Refused", "SeenInSqlite", "Subscription", "Unreadable", "subscribe"]
