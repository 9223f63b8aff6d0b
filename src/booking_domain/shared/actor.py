"""The actor of a use case or query."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import UserId


class Role(StrEnum):
    """The role of an account. `system` is the platform itself: timers, the worker, confirmations of the gateway."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    MANAGER = "manager"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
@checks_enums
class Actor:
    """An authenticated caller."""

    id: UserId
    role: Role


SYSTEM: Final = Actor(UserId(UUID(int=0)), Role.SYSTEM)
"""The actor of the platform itself."""
