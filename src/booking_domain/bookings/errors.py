"""Errors of bookings."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.shared.errors import Conflict, DomainError, FieldPath, Forbidden, NotFound, RuleViolated
from booking_domain.shared.money import Money

UNSETTLED_PER_CUSTOMER: Final = 20
"""Maximum number of bookings per customer that wait for a deposit or an answer."""


class BookingNotFound(NotFound):
    """You have no such booking."""

    code: ClassVar[str] = "booking.not_found"
    input_field: ClassVar[str | None] = "booking_id"


@dataclass(eq=False, kw_only=True)
class DepositOutOfRange(RuleViolated):
    """The deposit must be between {due}, which is due, and the price of {price}."""

    code: ClassVar[str] = "booking.deposit_out_of_range"
    input_field: ClassVar[str | None] = "deposit_amount"
    due: Money
    price: Money


@dataclass(eq=False, kw_only=True)
class RefundDiffers(Conflict):
    """A cancellation refunds {refund} now, not what was expected; ask for a new quote."""

    code: ClassVar[str] = "booking.refund_changed"
    input_field: ClassVar[str | None] = "expected_refund_amount"
    refund: Money


@dataclass(eq=False, kw_only=True)
class RescheduleTooLate(Conflict):
    """This booking could be rescheduled until {deadline:%Y-%m-%dT%H:%M:%SZ}."""

    code: ClassVar[str] = "booking.reschedule_too_late"
    input_field: ClassVar[str | None] = "slot"
    deadline: datetime


class TooEarly(Conflict):
    """A booking can be completed or marked as a no-show only after its start."""

    code: ClassVar[str] = "booking.not_started"
    input_field: ClassVar[str | None] = "status"


class AlreadyOver(Conflict):
    """It is too late: the booking has started or is over."""

    code: ClassVar[str] = "booking.already_over"
    input_field: ClassVar[str | None] = "status"


class InThePast(RuleViolated):
    """A booking cannot be rescheduled to a time in the past."""

    code: ClassVar[str] = "booking.in_the_past"
    input_field: ClassVar[str | None] = "slot"


class TimeNotAccepted(Conflict):
    """The customer has not accepted the new time of the booking."""

    code: ClassVar[str] = "booking.time_not_accepted"
    input_field: ClassVar[str | None] = "status"


class InQuestion(Conflict):
    """The booking is in question; an admin first decides whether it stands."""

    code: ClassVar[str] = "booking.in_question"
    input_field: ClassVar[str | None] = "status"


class TimeChanged(Conflict):
    """The booking has another time now."""

    code: ClassVar[str] = "booking.time_changed"
    input_field: ClassVar[str | None] = "start"


class DepositDue(Conflict):
    """The deposit has not been paid."""

    code: ClassVar[str] = "booking.deposit_due"
    input_field: ClassVar[str | None] = "status"


class BookingForOthers(Forbidden):
    """Only a provider who takes bookings, or an admin for one, can book for another customer."""

    code: ClassVar[str] = "booking.for_others"
    input_field: ClassVar[str | None] = "customer_id"


class TooManyUnsettled(Conflict):
    __doc__ = f"{UNSETTLED_PER_CUSTOMER} of your bookings wait for a deposit or an answer; settle or cancel one first."

    code: ClassVar[str] = "booking.too_many_unsettled"


@dataclass(eq=False, kw_only=True)
class TooManyUpcoming(Conflict):
    """You can have at most {limit} bookings to come with this provider."""

    code: ClassVar[str] = "booking.too_many_upcoming"
    limit: int


@dataclass(eq=False, kw_only=True)
class TooManyUpcomingUnverified(Conflict):
    """You can have at most {limit} bookings to come with this provider until you verify your e-mail or phone number."""

    code: ClassVar[str] = "booking.too_many_upcoming_unverified"
    limit: int


class CustomerNotFound(NotFound):
    """There is no such customer, or they have neither booked here before nor agreed to it."""

    code: ClassVar[str] = "booking.customer_not_found"
    input_field: ClassVar[str | None] = "customer_id"


class CustomerNotActive(Conflict):
    """The customer's account is not active."""

    code: ClassVar[str] = "booking.customer_not_active"


class NotATimeOffered(RuleViolated):
    """The provider has not offered this time."""

    code: ClassVar[str] = "booking.time_not_offered"
    input_field: ClassVar[str | None] = "slot"


@dataclass(eq=False, kw_only=True)
class SeriesNotPossible(Conflict):
    """None of the {times} bookings was made, because {failed} of their times cannot be booked."""

    code: ClassVar[str] = "booking.series_not_possible"
    input_field: ClassVar[str | None] = "slot"
    times: int
    failures: tuple[DomainError, ...] = ()
    """The error of each time that cannot be booked, in order."""

    @property
    def parameters(self) -> dict[str, object]:
        return {"times": self.times, "failed": len(self.failures)}

    @property
    def details(self) -> tuple[tuple[FieldPath, DomainError], ...]:
        return tuple((failure.field_path or ("slot",), failure) for failure in self.failures)
