"""What bookings refuse."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.shared.errors import Conflict, DomainError, FieldPath, Forbidden, NotFound, RuleViolated
from booking_domain.shared.money import Money

UNSETTLED_PER_CUSTOMER: Final = 20
"""So many bookings of one customer may wait for a deposit or an answer before another one is placed."""


class BookingNotFound(NotFound):
    """There is no such booking of yours."""

    code: ClassVar[str] = "booking.not_found"
    input_field: ClassVar[str | None] = "booking_id"


@dataclass(eq=False, kw_only=True)
class DepositOutOfRange(RuleViolated):
    """The deposit may be raised from the {due} that is due up to the price of {price}, and never lowered."""

    code: ClassVar[str] = "booking.deposit_out_of_range"
    input_field: ClassVar[str | None] = "deposit_amount"
    due: Money
    price: Money


class TooEarly(Conflict):
    """A booking is completed or marked as a no-show after its start, not before."""

    code: ClassVar[str] = "booking.not_started"
    input_field: ClassVar[str | None] = "status"


class AlreadyOver(Conflict):
    """It is too late for that: the booking has begun or is over."""

    code: ClassVar[str] = "booking.already_over"
    input_field: ClassVar[str | None] = "status"


class DepositDue(Conflict):
    """The deposit has not been paid."""

    code: ClassVar[str] = "booking.deposit_due"
    input_field: ClassVar[str | None] = "status"


class BookingForOthers(Forbidden):
    """Only the provider or an admin books for somebody else."""

    code: ClassVar[str] = "booking.for_others"
    input_field: ClassVar[str | None] = "customer_id"


class TooManyUnsettled(Conflict):
    __doc__ = f"{UNSETTLED_PER_CUSTOMER} bookings of yours wait for a deposit or an answer; settle or cancel one first."

    code: ClassVar[str] = "booking.too_many_unsettled"


class CustomerNotFound(NotFound):
    """There is no such customer."""

    code: ClassVar[str] = "booking.customer_not_found"
    input_field: ClassVar[str | None] = "customer_id"


class NotATimeOffered(RuleViolated):
    """The provider has not offered this time."""

    code: ClassVar[str] = "booking.time_not_offered"
    input_field: ClassVar[str | None] = "slot"


@dataclass(eq=False, kw_only=True)
class SeriesNotPossible(Conflict):
    """None of the {times} bookings was made, as {failed} of their times cannot be had."""

    code: ClassVar[str] = "booking.series_not_possible"
    input_field: ClassVar[str | None] = "slot"
    times: int
    failures: tuple[DomainError, ...] = ()
    """What each time that cannot be had was refused with, in order."""

    @property
    def parameters(self) -> dict[str, object]:
        return {"times": self.times, "failed": len(self.failures)}

    @property
    def details(self) -> tuple[tuple[FieldPath, DomainError], ...]:
        return tuple((failure.field_path or ("slot",), failure) for failure in self.failures)
