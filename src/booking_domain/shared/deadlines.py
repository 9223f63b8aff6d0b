"""How long the platform waits for people, by configuration."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long time is kept for people. Use cases find them by `UseCaseContext.get`."""

    payment: timedelta = timedelta(minutes=15)
    """How long a booking waits for its deposit."""
    staff_payment: timedelta = timedelta(hours=24)
    """How long a booking that the staff placed for a customer waits for it: the customer has to read of it first."""
    hold: timedelta = timedelta(minutes=5)
    """How long a hold lasts."""
    answer: timedelta = timedelta(hours=48)
    """How long a request waits for the provider's answer, and offered times for the customer's."""
    offer: timedelta = timedelta(minutes=30)
    """How long a slot that is offered to the waiting list is held; at least as long as a hold."""
    invitation: timedelta = timedelta(days=14)
    """How long an invitation of a salon by e-mail, text message or a link is good."""
    statement: timedelta = timedelta(days=5)
    """How long the other party of a dispute has for its statement."""
    decision: timedelta = timedelta(days=14)
    """How long the platform has to decide a dispute, from its opening."""

    def payment_window(self, *, by_staff: bool, until_start: timedelta) -> timedelta:
        """How long a booking waits for its deposit. The longer window of the staff never ends after the start.

        For an appointment that the staff enters after its start, the window of customers counts.
        """
        return min(self.staff_payment, until_start) if by_staff and until_start > timedelta(0) else self.payment
