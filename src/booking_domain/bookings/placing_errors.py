"""Errors of placing bookings, and of who may."""

from typing import Final

from booking_domain.shared.errors import Conflict, DomainError, FieldPath, Forbidden, NotFound

UNSETTLED_PER_CUSTOMER: Final = 20
"""Maximum number of bookings per customer that wait for a deposit or an answer."""


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
