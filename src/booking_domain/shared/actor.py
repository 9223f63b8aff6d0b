"""Who asks."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from booking_domain.shared.ids import UserId


class Role(StrEnum):
    """What an account is for; `system` is the platform itself (timers, the payment gateway's word)."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    MANAGER = "manager"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated caller."""

    id: UserId
    role: Role


SYSTEM: Final = Actor(UserId(UUID(int=0)), Role.SYSTEM)
"""The platform acting by itself."""
