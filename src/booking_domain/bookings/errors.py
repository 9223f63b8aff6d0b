"""Errors of bookings."""

from datetime import datetime
from typing import Final

from booking_domain.shared.errors import Conflict, DomainError, Facts, FieldPath, Forbidden, NotFound, RuleViolated
from booking_domain.shared.money import Money

UNSETTLED_PER_CUSTOMER: Final = 20
"""Maximum number of bookings per customer that wait for a deposit or an answer."""


class BookingNotFound(NotFound, code="booking.not_found", field="booking_id"):
    """You have no such booking."""


class DepositOutOfRange(RuleViolated, code="booking.deposit_out_of_range", field="deposit_amount"):
    """The deposit must be between {due}, which is due, and the price of {price}."""

    due: Money
    price: Money


class RefundDiffers(Conflict, code="booking.refund_changed", field="expected_refund_amount"):
    """A cancellation refunds {refund} now, not what was expected; ask for a new quote."""

    refund: Money

    @property
    def facts(self) -> Facts:
        return {"refund_amount": self.refund.amount}


class RescheduleTooLate(Conflict, code="booking.reschedule_too_late", field="slot"):
    """This booking could be rescheduled until {deadline}."""

    deadline: datetime
    zone: str


class TooManyReschedules(Conflict, code="booking.too_many_reschedules", field="slot"):
    """The booking has been rescheduled as often as its provider allows; only the provider can move it now."""

    limit: int


class TooEarly(Conflict, code="booking.not_started", field="status"):
    """A booking can be completed or marked as a no-show only after its start."""


class AlreadyOver(Conflict, code="booking.already_over", field="status"):
    """It is too late: the booking has started or is over."""


class InThePast(RuleViolated, code="booking.in_the_past", field="slot"):
    """A booking cannot be rescheduled to a time in the past."""


class TimeNotAccepted(Conflict, code="booking.time_not_accepted", field="status"):
    """The customer has not accepted the new time of the booking."""


class UnderReview(Conflict, code="booking.in_question", field="status"):
    """The booking is under review; an admin first confirms or cancels it."""


class PriceNotAgreed(Conflict, code="booking.price_not_agreed", field="price_amount"):
    """The provider asks for {price}, with a deposit of {deposit}. Please agree to it together with the time."""

    price: Money
    deposit: Money


class LengthNotAgreed(Conflict, code="booking.length_not_agreed", field="duration_minutes"):
    """The appointment would take {minutes} minutes. Please agree to it together with the time."""

    minutes: int


class TimeChanged(Conflict, code="booking.time_changed", field="start"):
    """The booking has another time now."""


class DepositDue(Conflict, code="booking.deposit_due", field="status"):
    """The deposit has not been paid."""


class BookingForOthers(Forbidden, code="booking.for_others", field="customer_id"):
    """Only a provider who takes bookings, or an admin for one, can book for another customer."""


class TooManyUnsettled(Conflict, code="booking.too_many_unsettled"):
    __doc__ = f"{UNSETTLED_PER_CUSTOMER} of your bookings wait for a deposit or an answer; settle or cancel one first."


class TooManyUpcoming(Conflict, code="booking.too_many_upcoming"):
    """You can have at most {limit} bookings to come with this provider."""

    limit: int


class TooManyUpcomingUnverified(Conflict, code="booking.too_many_upcoming_unverified"):
    """You can have at most {limit} bookings to come with this provider until you verify your e-mail or phone number."""

    limit: int


class PhoneNotVerified(Forbidden, code="booking.phone_not_verified"):
    """Booking needs a verified phone number; add yours to your account, and enter the code that is sent to it."""


class CustomerNotFound(NotFound, code="booking.customer_not_found", field="customer_id"):
    """There is no such customer, or they have neither booked here before nor agreed to it."""


class CustomerNotActive(Conflict, code="booking.customer_not_active"):
    """The customer's account is not active."""


class NotATimeOffered(RuleViolated, code="booking.time_not_offered", field="slot"):
    """The provider has not offered this time."""


class SeriesNotPossible(Conflict, code="booking.series_not_possible", field="slot"):
    """None of the {times} bookings was made, because {failed} of their times cannot be booked."""

    times: int
    failures: tuple[DomainError, ...] = ()
    """The error of each time that cannot be booked, in order."""

    @property
    def parameters(self) -> dict[str, object]:
        return {"times": self.times, "failed": len(self.failures)}

    @property
    def details(self) -> tuple[tuple[FieldPath, DomainError], ...]:
        return tuple((failure.field_path or ("slot",), failure) for failure in self.failures)
