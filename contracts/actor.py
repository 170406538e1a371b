"""Who acts: the person (or integration) that a verified assertion names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

Role = Literal["admin", "coach", "client", "public", "system"]

ADMIN = frozenset[Role]({"admin"})
CLIENT = frozenset[Role]({"client"})
STAFF = frozenset[Role]({"admin", "coach"})
SIGNED_IN = frozenset[Role]({"admin", "coach", "client"})
ANYONE = frozenset[Role]({"admin", "coach", "client", "public"})


class HasParties(Protocol):
    """Anything that belongs to one coach and one client: an engagement or a service's copy of one."""

    coach_id: UUID
    client_id: UUID


@dataclass(frozen=True)
class Actor:
    """`id` is the person's id, or None for the public and for the system itself."""

    id: UUID | None
    role: Role
    name: str

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    def sees(self, parties: HasParties) -> bool:
        """Rule C22: an admin sees all, a coach own engagements, a client own ones."""
        if self.role == "admin":
            return True
        if self.role == "coach":
            return parties.coach_id == self.id
        return self.role == "client" and parties.client_id == self.id


PUBLIC = Actor(None, "public", "")
SYSTEM = Actor(None, "system", "Coachworks")
