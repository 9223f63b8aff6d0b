"""What bookings refuse."""

from dataclasses import dataclass
from typing import ClassVar

from booking_domain.shared.errors import Conflict, NotFound, RuleViolated
from booking_domain.shared.money import Money


class BookingNotFound(NotFound):
    """There is no such booking of yours."""

    code: ClassVar[str] = "booking.not_found"
    pointer: ClassVar[str | None] = "/bookingId"


@dataclass(eq=False, kw_only=True)
class DepositOutOfRange(RuleViolated):
    """The deposit may be raised from the {due} that is due up to the price of {price}, and never lowered."""

    code: ClassVar[str] = "booking.deposit_out_of_range"
    pointer: ClassVar[str | None] = "/depositAmount"
    due: Money
    price: Money


class TooEarly(Conflict):
    """A booking is completed or marked as a no-show after its start, not before."""

    code: ClassVar[str] = "booking.not_started"
    pointer: ClassVar[str | None] = "/status"


class AlreadyOver(Conflict):
    """A booking is cancelled before its end, not after."""

    code: ClassVar[str] = "booking.already_over"
    pointer: ClassVar[str | None] = "/status"


class DepositDue(Conflict):
    """The deposit has not been paid."""

    code: ClassVar[str] = "booking.deposit_due"
    pointer: ClassVar[str | None] = "/status"


class OwnProvider(RuleViolated):
    """You cannot book yourself."""

    code: ClassVar[str] = "booking.own_provider"
    pointer: ClassVar[str | None] = "/providerId"
