"""The bookings of a person."""

from collections.abc import Sequence
from typing import Final

from booking_domain.bookings.transitions import Party
from booking_domain.notifications.chats import Button, ChatMessage
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.ids import BookingId
from booking_domain.workflows.listings import BookingListFilter, BookingListOrder
from booking_domain.workflows.queries import bookings
from booking_domain.workflows.queries.bookings import VisibleAppointment
from entrypoints.languages.documents import Phrase
from entrypoints.telegram.codes import joined, long
from entrypoints.telegram.screens import Parts, Person, home

SHOWN: Final = 10
"""How many bookings a list has."""


async def upcoming(person: Person, _: Sequence[str], parts: Parts) -> ChatMessage:
    """The bookings that are to come, a provider's and a customer's, by start."""
    chosen = BookingListFilter(upcoming_at=parts.clock.now(), order=BookingListOrder.EARLIEST_START, limit=SHOWN)
    found = await bookings.list_bookings(person.actor, chosen, parts.reads.appointments)
    text = person.say(Phrase("Your upcoming bookings:")) if found else person.say(Phrase("No upcoming bookings."))
    rows = ((Button(text=_line(seen), data=joined("b", seen.appointment.booking.id)),) for seen in found)
    return ChatMessage(text=text, rows=(*rows, home(person)))


async def one(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """A booking."""
    (code,) = words
    return await shown(person, BookingId(long(code)), parts)


async def shown(person: Person, booking_id: BookingId, parts: Parts) -> ChatMessage:
    """A booking, and what the person can do with it."""
    seen = await bookings.get_appointment(person.actor, booking_id, parts.reads.appointments)
    return ChatMessage(
        text=described(person, seen),
        rows=((Button(text=person.say(Phrase("My bookings")), data="u"),), home(person)),
    )


def described(person: Person, seen: VisibleAppointment) -> str:
    """What a party reads about a booking."""
    booking, say = seen.appointment.booking, person.say
    services = ", ".join(service.name for service in booking.services)
    lines = (
        say(Phrase("Booking {reference}"), reference=booking.reference),
        other_party(seen),
        services,
        f"{_start(seen)} ({booking.time_zone})",
        say(Phrase("Status: {status}"), status=say.status(booking.status)),
        say(Phrase("Price: {price}"), price=str(booking.price)),
    )
    return "\n".join(line for line in lines if line)


def other_party(seen: VisibleAppointment) -> str:
    """The name of whom the person meets."""
    appointment = seen.appointment
    return appointment.provider_name if seen.party is Party.CUSTOMER else appointment.customer_name


def _start(seen: VisibleAppointment) -> str:
    booking = seen.appointment.booking
    return str(LocalTime(booking.span.start, booking.time_zone))


def _line(seen: VisibleAppointment) -> str:
    return f"{_start(seen)} · {other_party(seen)}"
