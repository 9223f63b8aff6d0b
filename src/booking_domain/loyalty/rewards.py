"""Rewards of a loyalty programme: a service of a booking for so many points. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ServiceId

MAX_REWARDS: Final = 20
MAX_REWARD_NAME: Final = 40
MAX_REWARD_SERVICES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """A service that a booking gets for points instead of money."""

    name: str
    """What customers read, e.g. `A wash`; a programme has each name once."""
    points: int
    """What it costs, whatever the service costs."""
    service_ids: tuple[ServiceId, ...]
    """One of these has to be booked."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= MAX_REWARD_NAME:
            raise InvalidValue(field="name", problem=f"1 to {MAX_REWARD_NAME} characters")
        if self.points <= 0:
            raise InvalidValue(field="points", problem="more than 0")
        if not 1 <= len(self.service_ids) <= MAX_REWARD_SERVICES:
            raise InvalidValue(field="service_ids", problem=f"1 to {MAX_REWARD_SERVICES} services")

    def covered(self, services: Iterable[tuple[ServiceId, int]]) -> int:
        """What it takes off booked services at these prices: the dearest of its own; 0 if none is booked.

        >>> from uuid import UUID
        >>> wash, cut = ServiceId(UUID(int=1)), ServiceId(UUID(int=2))
        >>> Reward(name="A wash", points=300, service_ids=(wash,)).covered([(wash, 20_000), (cut, 50_000)])
        20000
        """
        return max((price for service_id, price in services if service_id in self.service_ids), default=0)
