"""What the parties of a booking are told, in English."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.shared.time import time_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a text may mention."""

    reference: str
    provider: str
    customer: str
    start: datetime
    time_zone: str
    deposit: str
    due_at: datetime | None

    @property
    def when(self) -> str:
        """The start on the provider's clock."""
        return _on_the_clock(self.start, self.time_zone)

    @property
    def due(self) -> str:
        """The end of the time to pay, on the provider's clock."""
        return _on_the_clock(self.due_at, self.time_zone) if self.due_at else ""


@dataclass(frozen=True, slots=True)
class Texts:
    """One event, told to each side; an empty text is not sent."""

    subject: str
    to_customer: str
    to_provider: str


_PLACED: Final = {
    "pending": Texts(
        "Booking {0.reference}: please pay the deposit",
        "{0.provider}, {0.when}. Please pay the deposit of {0.deposit} by {0.due} to confirm it.",
        "",
    ),
    "requested": Texts(
        "Booking {0.reference}: requested",
        "Your request to {0.provider} for {0.when} has been sent.",
        "{0.customer} asks for {0.when}. Please accept or decline.",
    ),
    "confirmed": Texts(
        "Booking {0.reference}: confirmed",
        "{0.provider} expects you on {0.when}.",
        "{0.customer} has booked {0.when}.",
    ),
}
_MOVED: Final = {
    "booking.pending": _PLACED["pending"],
    "booking.confirmed": _PLACED["confirmed"],
    "booking.revived": Texts(
        "Booking {0.reference}: confirmed after all",
        "Your payment came late, and the time was still free: {0.provider} expects you on {0.when}.",
        "{0.customer} has paid late and is booked for {0.when}.",
    ),
    "booking.cancelled": Texts(
        "Booking {0.reference}: cancelled",
        "Your booking with {0.provider} on {0.when} is cancelled.",
        "The booking of {0.customer} on {0.when} is cancelled.",
    ),
    "booking.expired": Texts(
        "Booking {0.reference}: expired",
        "Your booking with {0.provider} on {0.when} was not confirmed in time and has expired.",
        "",
    ),
    "booking.completed": Texts("Booking {0.reference}: completed", "Thank you for visiting {0.provider}.", ""),
    "booking.no_show": Texts("Booking {0.reference}: missed", "{0.provider} missed you on {0.when}.", ""),
    "payment.refund_owed": Texts(
        "Booking {0.reference}: refund",
        "A refund is on its way to you; we will tell you once it is made.",
        "",
    ),
}


def texts_for(topic: str, status: str, facts: Facts) -> Texts | None:
    """The texts of an event; None for one that nobody is told of."""
    template = _PLACED.get(status) if topic == "booking.placed" else _MOVED.get(topic)
    if template is None:
        return None
    return Texts(template.subject.format(facts), template.to_customer.format(facts), template.to_provider.format(facts))


def _on_the_clock(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(time_zone(zone)):%Y-%m-%d %H:%M}"
