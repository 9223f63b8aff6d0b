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
    offered_times: tuple[datetime, ...] = ()

    @property
    def offered(self) -> str:
        """The times that the provider offers, on the provider's clock."""
        return ", ".join(_on_the_clock(start, self.time_zone) for start in self.offered_times)

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
    "booking.rescheduled": Texts(
        "Booking {0.reference}: another time",
        "Your booking with {0.provider} is now on {0.when}.",
        "The booking of {0.customer} is now on {0.when}.",
    ),
    "booking.times_offered": Texts(
        "Booking {0.reference}: other times",
        "{0.provider} offers you other times: {0.offered}. Please accept one of them by {0.due}.",
        "",
    ),
    "booking.clock_changed": Texts(
        "Booking {0.reference}: the clocks have changed",
        "The rules of the time zone {0.time_zone} have changed. Your booking with {0.provider} stays at {0.when} on "
        "the clock there; it is another moment than was said before, which matters if your clock shows another zone.",
        "The rules of the time zone {0.time_zone} have changed. The booking of {0.customer} stays at {0.when} on "
        "the clock there; it is another moment than was said before, which matters if your clock shows another zone.",
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


def offer_text(*, provider: str, start: datetime, until: datetime, time_zone: str) -> tuple[str, str]:
    """Subject and text for who has waited, and for whom a time is held now."""
    when, end = _on_the_clock(start, time_zone), _on_the_clock(until, time_zone)
    return (
        f"{provider}: a time has come free",
        f"A time has come free: {provider}, {when}; it is held for you until {end}.",
    )


def _on_the_clock(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(time_zone(zone)):%Y-%m-%d %H:%M}"
