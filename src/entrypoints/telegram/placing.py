"""A new booking: provider → service → day → slot → confirm; or a slot of the waiting list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking_domain.bookings.origins import BookingOrigin
from booking_domain.bookings.transitions import Party
from booking_domain.catalogue.model import RECOMMENDED, ProviderFilter
from booking_domain.notifications.chats import Button, ChatMessage
from booking_domain.notifications.notices import LocalTime
from booking_domain.scheduling.services import ServiceView, last_day
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import BookingId, ProviderId, ServiceId
from booking_domain.shared.money import Money
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.bookings import queries as booking_queries
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue import queries as providers
from booking_domain.use_cases.catalogue import service_queries as services
from booking_domain.use_cases.platform.listings import BookingListFilter
from booking_domain.use_cases.scheduling.waiting_queries import list_own_entries
from entrypoints.languages.documents import Phrase
from entrypoints.telegram.bookings import shown
from entrypoints.telegram.codes import joined, long
from entrypoints.telegram.screens import Parts, Person, home
from entrypoints.telegram.slots import AppointmentChoice, day_of, days, slot_of, times

_NO_SERVICE: Final = "-"
_PAGE: Final = 8
_MOST_SERVICES: Final = 40
_MOST_OFFERS: Final = 10


async def choose_provider(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the providers, best rated first."""
    after = ProviderId(long(words[0])) if words else None
    chosen = ProviderFilter(order=RECOMMENDED, after=after, limit=_PAGE + 1)
    found = await providers.list_providers(chosen, parts.reads.providers)
    page = [view.profile for view in found[:_PAGE]]
    rows = [(Button(text=profile.display_name, data=joined("p", profile.id)),) for profile in page]
    if len(found) > _PAGE:
        rows.append((Button(text=person.say(Phrase("More")), data=joined("n", page[-1].id)),))
    text = person.say(Phrase("With whom?")) if page else person.say(Phrase("Nobody takes bookings yet."))
    return ChatMessage(text=text, rows=(*rows, home(person)))


async def choose_service(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the services of a provider, or the days if the provider has no services."""
    (provider,) = words
    provider_id = ProviderId(long(provider))
    found = await _bookable(person, provider_id, parts)
    if not found:
        return await choose_day(person, (provider, _NO_SERVICE), parts)
    offered = [view.offered for view in found[:_MOST_SERVICES]]
    rows = [
        (Button(text=f"{each.name} · {person.say.values.money(each.price)}", data=joined("d", provider_id, each.id)),)
        for each in offered
    ]
    return ChatMessage(text=person.say(Phrase("Which service?")), rows=(*rows, home(person)))


async def choose_day(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the days with free times."""
    provider, service, *first = words
    here, to = ("d", provider, service), ("t", provider, service)
    choice = _wanted(provider, service)
    return await days(person, choice, day_of(first[0]) if first else None, parts, here=here, to=to)


async def choose_time(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the free times of a day."""
    provider, service, day = words
    return await times(person, _wanted(provider, service), day_of(day), parts, to=("s", provider, service))


async def ask(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the booking to be made, and ask for confirmation."""
    provider, service, slot = words
    choice, start, say = _wanted(provider, service), slot_of(slot), person.say
    view = await providers.get_provider(choice.provider_id, parts.reads.providers)
    offered = {each.offered.id: each.offered for each in await _bookable(person, choice.provider_id, parts)}
    booked = [offered[each] for each in choice.services]
    first = start.astimezone(time_zone(view.time_zone)).date()
    price, deposit = (booked[0].price, booked[0].deposit) if booked else (view.terms.price, view.terms.deposit)
    lines = (
        view.profile.display_name,
        booked[0].name if booked else "",
        say.values.time(LocalTime(start, view.time_zone, person.user.time_zone, last_day(booked, first))),
        say(Phrase("Price: {price}"), price=say.values.money(price)),
        _deposit(person, deposit),
    )
    return ChatMessage(
        text="\n".join(line for line in lines if line),
        rows=((Button(text=say(Phrase("Book")), data=joined("B", *words)),), home(person)),
    )


async def book(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Book; if it was already booked, show the booking."""
    provider, service, slot = words
    choice = _wanted(provider, service)
    command = PlaceBooking(
        provider_id=choice.provider_id,
        slot=slot_of(slot),
        service_ids=choice.services,
        origin=BookingOrigin.BOT,
    )
    return await _placed(person, command, parts)


async def offers(person: Person, _: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the slots of the waiting list that are held for the person."""
    say, rows = person.say, []
    for entry in await list_own_entries(person.actor, parts.reads.waiting_list, now=parts.clock.now()):
        if entry.offered_start is not None and entry.status is WaitingStatus.OFFERED:
            view = await providers.get_provider(entry.provider_id, parts.reads.providers)
            when = LocalTime(entry.offered_start, view.time_zone, person.user.time_zone)
            text = f"{say.values.time(when)} · {view.profile.display_name}"
            rows.append((Button(text=text, data=joined("O", entry.id)),))
    text = say(Phrase("These times are held for you. Tap one to book it.")) if rows else say(Phrase("No offers."))
    return ChatMessage(text=text, rows=(*rows[:_MOST_OFFERS], home(person)))


async def take_offer(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Book the slot that is held for the person; if it was already booked, show the booking."""
    (code,) = words
    waiting_id = long(code)
    own = await list_own_entries(person.actor, parts.reads.waiting_list, now=parts.clock.now())
    entry = next((each for each in own if each.id == waiting_id), None)
    if entry is None or entry.offered_start is None:
        raise ValueError(code)
    command = PlaceBooking(
        provider_id=entry.provider_id,
        slot=entry.offered_start,
        duration_minutes=entry.duration_minutes,
        service_ids=entry.service_ids,
        hold_id=entry.hold_id,
    )
    return await _placed(person, command, parts)


async def _placed(person: Person, command: PlaceBooking, parts: Parts) -> ChatMessage:
    """Book; if that is refused because the booking exists, show the booking."""
    try:
        booking_id = (await parts.executor.run(place_booking, command, actor=person.actor)).id
    except DomainError:
        done = await _booked(person, command.provider_id, command.slot, parts)
        if done is None:
            raise
        booking_id = done
    return await shown(person, booking_id, parts)


async def _booked(person: Person, provider_id: ProviderId, start: datetime, parts: Parts) -> BookingId | None:
    """The person's booking with the provider at this start."""
    chosen = BookingListFilter(at_from=start, upcoming_at=parts.clock.now(), provider_id=provider_id, limit=10)
    found = await booking_queries.list_bookings(person.actor, chosen, parts.reads.appointments)
    for seen in found:
        if seen.party is Party.CUSTOMER and seen.appointment.booking.span.start == start:
            return seen.appointment.booking.id
    return None


async def _bookable(person: Person, provider_id: ProviderId, parts: Parts) -> list[ServiceView]:
    found = await services.list_services(person.actor, provider_id, None, parts.reads.services, parts.reads.salons)
    return [view for view in found if view.bookable and not view.service.add_on]


def _wanted(provider: str, service: str) -> AppointmentChoice:
    chosen = () if service == _NO_SERVICE else (ServiceId(long(service)),)
    return AppointmentChoice(provider_id=ProviderId(long(provider)), services=chosen)


def _deposit(person: Person, deposit: Money) -> str:
    return person.say(Phrase("Deposit: {deposit}"), deposit=person.say.values.money(deposit)) if deposit else ""
