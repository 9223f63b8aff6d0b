"""Errors of the terms of bookings: times, prices, lengths and deposits that are agreed."""

from booking_domain.shared.errors import Conflict, Facts, RuleViolated
from booking_domain.shared.money import Money


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


class NotATimeOffered(RuleViolated, code="booking.time_not_offered", field="slot"):
    """The provider has not offered this time."""
