"""A person's bookings: list, show, pay, move, cancel, and answer requests."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.transitions import Party, Status
from booking_domain.notifications.chats import Button, ChatMessage
from booking_domain.notifications.notices import LocalTime
from booking_domain.payments.model import Purpose
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import UseCase
from booking_domain.shared.ids import BookingId
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.bookings import queries as bookings
from booking_domain.use_cases.bookings.accept_request import AcceptRequest, accept_request
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.decline_request import DeclineRequest, decline_request
from booking_domain.use_cases.bookings.queries import VisibleAppointment
from booking_domain.use_cases.bookings.redeem_points import list_rewards
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder
from entrypoints.languages.documents import Phrase
from entrypoints.telegram.codes import joined, long
from entrypoints.telegram.screens import Parts, Person, home
from entrypoints.telegram.slots import AppointmentChoice, day_code, day_of, days, slot_of, times

_SHOWN: Final = 10
"""The maximum number of bookings in a list."""
_MOST_OF_A_DAY: Final = 90
_ACCEPTED: Final = frozenset({Status.PENDING, Status.CONFIRMED})
_CANCELLED: Final = frozenset({Status.CANCELLED})


async def upcoming(person: Person, _: Sequence[str], parts: Parts) -> ChatMessage:
    """List the person's upcoming bookings, as a provider and as a customer, by start."""
    chosen = BookingListFilter(upcoming_at=parts.clock.now(), order=BookingListOrder.EARLIEST_START, limit=_SHOWN)
    found = await bookings.list_bookings(person.actor, chosen, parts.reads.appointments)
    text = person.say(Phrase("Your upcoming bookings:")) if found else person.say(Phrase("No upcoming bookings."))
    rows = ((Button(text=_line(person, seen), data=joined("b", seen.appointment.booking.id)),) for seen in found)
    return ChatMessage(text=text, rows=(*rows, home(person)))


async def one(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """A booking."""
    return await shown(person, _only_id(words), parts)


async def shown(person: Person, booking_id: BookingId, parts: Parts) -> ChatMessage:
    """A booking, and what the person can do with it."""
    seen = await bookings.get_appointment(person.actor, booking_id, parts.reads.appointments)
    booking, charges = seen.appointment.booking, parts.gateways.chargeable.accepts
    can = set(available_actions(booking, seen.party, person.actor, parts.clock.now(), charges=charges))
    say = person.say
    buttons = (
        (AvailableAction.PAY_DEPOSIT, say(Phrase("Pay the deposit")), "P"),
        (AvailableAction.PAY_BALANCE, say(Phrase("Pay the balance")), "P"),
        (AvailableAction.ACCEPT, say(Phrase("Accept")), "a"),
        (AvailableAction.DECLINE, say(Phrase("Decline")), "x"),
        (AvailableAction.RESCHEDULE, say(Phrase("Move")), "m"),
        (AvailableAction.CANCEL, say(Phrase("Cancel the booking")), "c"),
    )
    agreed: tuple[str, ...] = ()
    if seen.party is Party.CUSTOMER and booking.offered_until is None:
        can.discard(AvailableAction.ACCEPT)  # the customer has to choose one of the offered times instead
    elif seen.party is Party.CUSTOMER:
        agreed = (str(booking.offered_scope.price.amount), str(booking.offered_scope.minutes))
    rows = [
        (Button(text=text, data=joined(head, booking_id, *(agreed if action is AvailableAction.ACCEPT else ()))),)
        for action, text, head in buttons
        if action in can
    ]
    if await list_rewards(person.actor, booking_id, parts.reads, now=parts.clock.now()):
        rows.append((Button(text=say(Phrase("Redeem a reward")), data=joined("R", booking_id)),))
    return ChatMessage(
        text=_described(person, seen), rows=(*rows, (Button(text=say(Phrase("My bookings")), data="u"),), home(person))
    )


async def day(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """List the bookings of a day in the person's time zone; by default today's."""
    zone, say = time_zone(person.user.time_zone), person.say
    chosen_day = day_of(words[0]) if words else parts.clock.now().astimezone(zone).date()
    start = datetime.combine(chosen_day, time(), zone)
    end = datetime.combine(chosen_day + timedelta(days=1), time(), zone)
    chosen = BookingListFilter(
        at_from=start,
        at_before=end,
        statuses=(Status.REQUESTED, Status.PENDING, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW),
        order=BookingListOrder.EARLIEST_START,
        limit=_MOST_OF_A_DAY,
    )
    found = await bookings.list_bookings(person.actor, chosen, parts.reads.appointments)
    rows = ((Button(text=_line(person, seen), data=joined("b", seen.appointment.booking.id)),) for seen in found)
    around = tuple(
        Button(text=say.values.day(other), data=joined("y", day_code(other)))
        for other in (chosen_day - timedelta(days=1), chosen_day + timedelta(days=1))
    )
    text = say(
        Phrase("{day}: {count} bookings"),
        day=f"{say.values.day(chosen_day)} ({say.values.zone(zone.key)})",
        count=str(len(found)),
    )
    return ChatMessage(text=text, rows=(*rows, around, home(person)))


async def ask_cancel(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the refund if the booking is cancelled now, and ask for confirmation."""
    booking_id, say = _only_id(words), person.say
    quote = await bookings.get_cancellation_quote(
        person.actor, booking_id, parts.reads.appointments, now=parts.clock.now()
    )
    text = say(Phrase("If the booking is cancelled now, {refund} is refunded."), refund=say.values.money(quote.refund))
    confirm = Button(text=say(Phrase("Yes, cancel")), data=joined("C", booking_id, str(quote.refund.amount)))
    back = Button(text=say(Phrase("No, keep it")), data=joined("b", booking_id))
    return ChatMessage(text=text, rows=((confirm,), (back,)))


async def cancel(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Cancel the booking with the refund that was shown; if it is already cancelled, show it."""
    code, refund = words
    command = ChangeBookingStatus(
        booking_id=BookingId(long(code)),
        to=Status.CANCELLED,
        expected_refund=int(refund),
    )
    return await _changed(person, change_booking_status, command, parts, _CANCELLED)


async def decline(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Decline a request; if it is already declined, show it."""
    command = DeclineRequest(booking_id=_only_id(words))
    return await _changed(person, decline_request, command, parts, _CANCELLED)


async def accept(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Accept a request, or as the customer the price and length that the button shows; if it is done, show it."""
    code, *agreed = words
    if not agreed:
        return await _changed(person, accept_request, AcceptRequest(booking_id=_only_id(words)), parts, _ACCEPTED)
    price, minutes = map(int, agreed)
    command = AcceptRequest(booking_id=BookingId(long(code)), price_amount=price, duration_minutes=minutes)
    return await _changed(person, accept_request, command, parts, ())


async def _changed(
    person: Person,
    use_case: UseCase[Any, Any, Any],
    command: ChangeBookingStatus | DeclineRequest | AcceptRequest,
    parts: Parts,
    done: Collection[Status],
) -> ChatMessage:
    """Run the use case; if it is refused because the change was already made, show the booking."""
    try:
        await parts.executor.run(use_case, command, actor=person.actor)
    except DomainError:
        seen = await bookings.get_appointment(person.actor, command.booking_id, parts.reads.appointments)
        if seen.appointment.booking.status not in done:
            raise
    return await shown(person, command.booking_id, parts)


async def choose_day(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the days to which the booking can move."""
    code, *first = words
    choice = await _wanted(person, code, parts)
    return await days(person, choice, day_of(first[0]) if first else None, parts, here=("m", code), to=("T", code))


async def choose_time(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the times of a day to which the booking can move."""
    code, chosen = words
    return await times(person, await _wanted(person, code, parts), day_of(chosen), parts, to=("M", code))


async def move(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Move the booking. Moving it to its own time changes nothing."""
    code, slot = words
    command = RescheduleBooking(booking_id=BookingId(long(code)), slot=slot_of(slot))
    await parts.executor.run(reschedule_booking, command, actor=person.actor)
    return await shown(person, command.booking_id, parts)


async def pay(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the link to pay the amount due: the deposit, or else the balance."""
    booking_id, say = _only_id(words), person.say
    seen = await bookings.get_appointment(person.actor, booking_id, parts.reads.appointments)
    pending = seen.appointment.booking.status is Status.PENDING
    command = StartPayment(booking_id=booking_id, purpose=Purpose.DEPOSIT if pending else Purpose.BALANCE)
    payment = await start_payment(command, actor=person.actor, executor=parts.executor, gateways=parts.gateways)
    url = "" if payment.invoice is None else payment.invoice.checkout_url
    text = say(Phrase("To pay: {amount}"), amount=say.values.money(payment.amount))
    if not url:
        text += "\n" + say(Phrase("Please pay in the app or on the web page."))
    link = ((Button(text=say(Phrase("Pay")), url=url),),) if url else ()
    back = Button(text=say(Phrase("Back to the booking")), data=joined("b", booking_id))
    return ChatMessage(text=text, rows=(*link, (back,)))


async def _wanted(person: Person, code: str, parts: Parts) -> AppointmentChoice:
    seen = await bookings.get_appointment(person.actor, BookingId(long(code)), parts.reads.appointments)
    booking = seen.appointment.booking
    services = tuple(service.id for service in booking.services)
    return AppointmentChoice(
        provider_id=booking.provider_id, services=services, minutes=None if services else booking.minutes
    )


def _only_id(words: Sequence[str]) -> BookingId:
    (code,) = words
    return BookingId(long(code))


def _described(person: Person, seen: VisibleAppointment) -> str:
    """The description of a booking for a party."""
    booking, say = seen.appointment.booking, person.say
    services = ", ".join(service.name for service in booking.services)
    lines = (
        say(Phrase("Booking {reference}"), reference=booking.reference),
        _other_party(person, seen),
        services,
        _start(person, seen),
        say(Phrase("Status: {status}"), status=say.status(booking.status)),
        say(Phrase("Price: {price}"), price=say.values.money(booking.price)),
        _offered(person, seen),
    )
    return "\n".join(line for line in lines if line)


def _offered(person: Person, seen: VisibleAppointment) -> str:
    """What the provider asks for instead, for the booking's own time."""
    booking, offered, values = seen.appointment.booking, seen.appointment.booking.offered_scope, person.say.values
    if booking.offered_until is None:
        return ""
    end = LocalTime(booking.span.start + offered.length, booking.time_zone)
    return person.say(
        Phrase("Offered change: {price}, ends at {end}"), price=values.money(offered.price), end=values.time(end)
    )


def _other_party(person: Person, seen: VisibleAppointment) -> str:
    """The name of the other party."""
    appointment = seen.appointment
    if seen.party is Party.CUSTOMER:
        return appointment.provider_name
    return appointment.customer_name or person.say(Phrase("Walk-in"))


def _start(person: Person, seen: VisibleAppointment) -> str:
    """The start on the provider's clock, and for a customer on their own beside it."""
    booking = seen.appointment.booking
    beside = person.user.time_zone if seen.party is Party.CUSTOMER else None
    return person.say.values.time(LocalTime.of(booking.span, booking.time_zone, beside))


def _line(person: Person, seen: VisibleAppointment) -> str:
    return f"{_start(person, seen)} · {_other_party(person, seen)}"
