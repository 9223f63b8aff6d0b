"""Errors of bookings."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.shared.errors import Conflict, DomainError, Forbidden, NotFound, RuleViolated
from booking_domain.shared.money import Money

UNSETTLED_PER_CUSTOMER: Final = 20
"""Maximum number of bookings per customer that wait for a deposit or an answer."""


class BookingNotFound(NotFound):
    """You have no such booking."""

    code: ClassVar[str] = "booking.not_found"
    pointer: ClassVar[str | None] = "/bookingId"


@dataclass(eq=False, kw_only=True)
class DepositOutOfRange(RuleViolated):
    """The deposit must be between {due}, which is due, and the price of {price}."""

    code: ClassVar[str] = "booking.deposit_out_of_range"
    pointer: ClassVar[str | None] = "/depositAmount"
    due: Money
    price: Money


class TooEarly(Conflict):
    """A booking can be completed or marked as a no-show only after its start."""

    code: ClassVar[str] = "booking.not_started"
    pointer: ClassVar[str | None] = "/status"


class AlreadyOver(Conflict):
    """It is too late: the booking has started or is over."""

    code: ClassVar[str] = "booking.already_over"
    pointer: ClassVar[str | None] = "/status"


class DepositDue(Conflict):
    """The deposit has not been paid."""

    code: ClassVar[str] = "booking.deposit_due"
    pointer: ClassVar[str | None] = "/status"


class BookingForOthers(Forbidden):
    """Only the provider or an admin can book for another customer."""

    code: ClassVar[str] = "booking.for_others"
    pointer: ClassVar[str | None] = "/customerId"


class TooManyUnsettled(Conflict):
    __doc__ = f"{UNSETTLED_PER_CUSTOMER} of your bookings wait for a deposit or an answer; settle or cancel one first."

    code: ClassVar[str] = "booking.too_many_unsettled"


class CustomerNotFound(NotFound):
    """There is no such customer."""

    code: ClassVar[str] = "booking.customer_not_found"
    pointer: ClassVar[str | None] = "/customerId"


class NotATimeOffered(RuleViolated):
    """The provider has not offered this time."""

    code: ClassVar[str] = "booking.time_not_offered"
    pointer: ClassVar[str | None] = "/slot"


@dataclass(eq=False, kw_only=True)
class SeriesNotPossible(Conflict):
    """None of the {times} bookings was made, because {failed} of their times cannot be booked."""

    code: ClassVar[str] = "booking.series_not_possible"
    pointer: ClassVar[str | None] = "/slot"
    times: int
    failures: tuple[DomainError, ...] = ()
    """The error of each time that cannot be booked, in order."""

    @property
    def parameters(self) -> dict[str, object]:
        return {"times": self.times, "failed": len(self.failures)}

    @property
    def places(self) -> tuple[tuple[str, DomainError], ...]:
        return tuple((failure.where or "/slot", failure) for failure in self.failures)
