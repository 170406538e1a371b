"""What a client sees first, and the lists of all own engagements and sessions."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from contracts.calls import engagements, goals, scheduling
from gateway.portal import clock, show
from gateway.portal.pages import CLIENT, Pages

pages = Pages()


def home(greeting: str) -> ResponseReturnValue:
    """`/` for a client: the next session, and the engagements, those in progress first."""
    now = clock.now()
    found = show.look(
        engagements=(engagements.list_engagements, {"limit": 50}),
        todos=(goals.list_todos, {"limit": 20}),
        sessions=(scheduling.list_sessions, {"from": clock.as_text(clock.start_of_day(now)), "limit": 50}),
    )
    own = found.part("engagements")
    rank = {"in_progress": 0, "not_started": 1, "completed": 2}
    own["items"] = sorted(own["items"], key=lambda engagement: rank[engagement["status"]])
    coming = found.items("sessions")
    following = next((one for one in coming or [] if one["state"] == "scheduled" and one["ends_at"] > now), None)
    return show.page(
        "pages/client_home.html", greeting=greeting, next=following, engagements=own, todos=found.part("todos")
    )


@pages.get("/engagements", CLIENT)
def own_engagements() -> ResponseReturnValue:
    """Straight to the engagement where there is one."""
    listed = show.look(engagements=(engagements.list_engagements, {"limit": 50})).part("engagements")
    if len(listed["items"]) == 1:
        return show.done(f"/engagements/{listed['items'][0]['id']}")
    return show.page("pages/client_engagements.html", engagements=listed)


@pages.get("/sessions", CLIENT)
def own_sessions() -> ResponseReturnValue:
    """Of all own engagements: those of the last two years, and all to come."""
    now = clock.now()
    since = clock.as_text(clock.start_of_day(now).replace(year=now.year - 2, day=1))
    found: Any = show.look(sessions=(scheduling.list_sessions, {"from": since, "limit": 200})).items("sessions")
    if isinstance(found, show.Down):
        return show.page("pages/client_sessions.html", upcoming=found, past=[])
    upcoming = [one for one in found if one["state"] == "scheduled" and one["ends_at"] > now]
    past = [one for one in reversed(found) if one not in upcoming]
    return show.page("pages/client_sessions.html", upcoming=upcoming, past=past)
