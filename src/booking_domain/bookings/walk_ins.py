"""Walk-ins: customers without an account, whom the provider enters under its own account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId
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


class WalkIns(Protocol):
    """The walk-ins of bookings inside a transaction."""

    async def add(self, booking_id: BookingId, walk_in: WalkIn) -> None:
        """Store who comes to a new booking."""
        ...

    async def of_booking(self, booking_id: BookingId) -> WalkIn | None:
        """The walk-in of a booking."""
        ...


class WalkInReads(Protocol):
    """Reads of walk-ins, outside any transaction."""

    async def of_each(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, WalkIn]:
        """The walk-ins of those of these bookings that have one."""
        ...
