"""Walk-ins: customers without an account, whom the provider enters under its own account.

A provider's walk-ins of one phone number and one name are one customer, whose id is that of the first booking. Without
a number each is a customer of its own. No walk-in is merged with an account: the provider types the number, and would
learn whose it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId, CustomerId, UserId
from booking_domain.shared.phones import phone_number

MAX_WALK_IN_NAME: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkIn:
    """How a customer without an account is called, and reached."""

    name: str
    phone: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > MAX_WALK_IN_NAME:
            raise InvalidValue(field="name", problem=f"a name of at most {MAX_WALK_IN_NAME} characters is required")
        if self.phone is not None:
            phone_number(self.phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWalkIn:
    """A walk-in as the provider types it, the number in any format."""

    name: str
    phone: str | None = None

    def parsed(self, phone_number_of: Callable[[str], str]) -> WalkIn:
        """The walk-in with the number in E.164, or raise `InvalidValue`."""
        return WalkIn(name=self.name, phone=None if self.phone is None else phone_number_of(self.phone))


class WalkIns(Protocol):
    """The walk-ins of bookings inside a database transaction."""

    async def add(self, booking_id: BookingId, walk_in: WalkIn, customer_id: CustomerId | None = None) -> None:
        """Store who comes to a new booking; `customer_id` is what `known` says."""
        ...

    async def find(self, owner_id: UserId, walk_in: WalkIn) -> CustomerId | None:
        """The walk-in of the same number and name of the provider that this user owns; needs the provider's lock."""
        ...

    async def of_booking(self, booking_id: BookingId) -> WalkIn | None:
        """The walk-in of a booking."""
        ...

    async def owner_of(self, customer_id: CustomerId) -> UserId | None:
        """Who owns the provider whose walk-in this is; None if it is no walk-in."""
        ...

    async def has_upcoming_booking(self, customer_id: CustomerId, now: datetime) -> bool:
        """Whether the walk-in has a booking that is not over at this time."""
        ...

    async def remove(self, customer_id: CustomerId) -> Sequence[BookingId]:
        """Delete name and number of a walk-in; return the bookings that had them. Needs the provider's lock."""
        ...


class WalkInReads(Protocol):
    """Reads of walk-ins, outside any database transaction."""

    async def of_each(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, WalkIn]:
        """The walk-ins of those of these bookings that have one."""
        ...

    async def inactive_since(self, before: datetime, limit: int) -> Sequence[CustomerId]:
        """Walk-ins whose last booking has ended before this time."""
        ...
