"""`/bookings`."""

from typing import Final

from litestar import Response, Router, get, patch, post
from litestar.params import FromPath, JSONBody

from booking_domain.payments.gateways import Gateways
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings import queries as bookings
from booking_domain.use_cases.bookings.any_provider import book_with_any_provider
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.place_booking import place_booking, quote_booking
from booking_domain.use_cases.bookings.place_series import place_series
from booking_domain.use_cases.gift_cards.payments import QuoteWithGiftCard, quote_with_gift_card
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.bookings.changes import changes
from entrypoints.http.bookings.schemas import (
    BOOKINGS,
    MOVE,
    PLACE,
    PLACE_SERIES,
    QUOTE,
    AppointmentJson,
    AppointmentsJson,
    BookingJson,
    BookingsQuery,
    CancellationQuoteJson,
    EventsJson,
    MoveBookingBody,
    PlaceBookingBody,
    PlaceSeriesBody,
    PriceJson,
    QuoteBookingBody,
    SeriesJson,
    appointment_json,
    booking_json,
    bookings_filter,
    cancellation_quote_json,
    event_json,
    price_json,
    series_json,
)
from entrypoints.http.kit.cursors import cut
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, etag, expected_version
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.fields import AnyProviderOf, provider_or_salon
from entrypoints.http.kit.idempotency import COMPUTES
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run


@post(
    "/",
    opt=documented(place_booking, book_with_any_provider, body=PLACE, headers=("Location",)),
    operation_id="placeBooking",
)
async def book_slot(data: JSONBody[PlaceBookingBody], run: Injected[Run]) -> Response[BookingJson]:
    """Book an offered slot.

    The booking is `confirmed` if no deposit is due, `pending` until the deposit is paid, or `requested` if the provider
    accepts each booking. `depositAmount` can raise the deposit, up to the price. With `salonId` instead of
    `providerId`, the least busy provider of the salon who is free and offers the services is booked.
    """
    whom = provider_or_salon(data.provider_id, data.salon_id)
    if isinstance(whom, AnyProviderOf):
        order = data.with_any(whom.salon_id)
        return await run(book_with_any_provider, order, answer=booking_json, location=True)
    return await run(place_booking, data.command(whom), answer=booking_json, location=True)


@post(
    "/quote",
    status_code=200,
    opt=documented(quote_booking, quote_with_gift_card, body=QUOTE, no_idempotency_key=COMPUTES),
)
async def quote_a_booking(data: JSONBody[QuoteBookingBody], run: Injected[Run]) -> PriceJson:
    """Return what a booking would cost, line by line: list price, discounts, gift card, what is due now and later.

    It stores nothing, and does not say whether the time is free. With `giftCard` it says what the card would pay once
    one has booked (`POST /bookings/{id}/gift-card-payments`).
    """
    if data.gift_card is None:
        return price_json(await run(quote_booking, data.command()))
    asked = QuoteWithGiftCard(order=data.command(), code=data.gift_card.code)
    return price_json(await run(quote_with_gift_card, asked))


@post("/series", opt=documented(place_series, body=PLACE_SERIES), operation_id="placeSeries")
async def book_series(data: JSONBody[PlaceSeriesBody], run: Injected[Run]) -> Response[SeriesJson]:
    """Book a slot and the same local time in following weeks: all of them, or none.

    If some times are not available, none is booked, and `errors` names each of them with the reason.
    """
    return await run(place_series, data.command(), answer=series_json)


@get("/", opt=documented(bookings.list_bookings, raises=(InvalidValue,)))
async def list_bookings(
    params: Injected[BookingsQuery],
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
    clock: Injected[Clock],
    gateways: Injected[Gateways],
) -> AppointmentsJson:
    """List the caller's bookings with both parties and the actions that the caller can take, newest first.

    Use `when=upcoming&sort=start` for the next appointments of a customer or a provider, and
    `salonId=…&from=2026-11-23&to=2026-11-24&timeZone=…&running=true&sort=start` for the day of a salon. Managers also
    get the bookings of the members of their salons, admins get all. The cursor is the id of the last booking of a page:
    keep filter and order the same from page to page.
    """
    now = clock.now()
    found = await bookings.list_bookings(actor, bookings_filter(params, now), replica_reads.appointments)
    page, next_cursor = cut(found, params.limit, lambda seen: seen.appointment.booking.id)
    charges = gateways.chargeable.accepts
    items = tuple(appointment_json(seen, actor, now, charges) for seen in page)
    return AppointmentsJson(items=items, next_cursor=next_cursor)


@get("/{booking_id:str}", opt=documented(bookings.get_appointment))
async def get_booking(
    booking_id: FromPath[BookingId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
    gateways: Injected[Gateways],
) -> Response[AppointmentJson]:
    """Return a booking with both parties and the actions that the caller can take.

    Its parties, the manager of the provider's salon and admins see it.

    `ETag` is the version for `If-Match`. Names, contacts and `actions` can change without a new version, so the answer
    must not be cached.
    """
    seen = await bookings.get_appointment(actor, booking_id, reads.appointments)
    shown = appointment_json(seen, actor, clock.now(), gateways.chargeable.accepts)
    return Response(shown, headers=etag(seen.appointment.booking.version))


@patch(
    "/{booking_id:str}",
    opt=documented(change_booking_status, body=MOVE),
    operation_id="changeBookingStatus",
)
async def move_to_status(
    booking_id: FromPath[BookingId],
    data: JSONBody[MoveBookingBody],
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[BookingJson]:
    """Change the status of a booking, as its lifecycle allows."""
    command = ChangeBookingStatus(
        booking_id=booking_id,
        to=data.status,
        reason=data.reason,
        expected_version=expected_version(if_match),
    )
    return await run(change_booking_status, command, answer=booking_json)


@get("/{booking_id:str}/events", opt=documented(bookings.list_booking_events))
async def list_booking_events(
    booking_id: FromPath[BookingId], actor: Injected[Actor], reads: Injected[Reads]
) -> EventsJson:
    """List the events of a booking, oldest first."""
    events = await bookings.list_booking_events(actor, booking_id, reads)
    return EventsJson(items=tuple(event_json(event) for event in events))


@get("/{booking_id:str}/cancellation-quote", opt=documented(bookings.get_cancellation_quote))
async def get_cancellation_quote(
    booking_id: FromPath[BookingId], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> CancellationQuoteJson:
    """Return the refund if the caller cancelled now, and the start from which the cancellation policy counts."""
    quote = await bookings.get_cancellation_quote(actor, booking_id, reads.appointments, now=clock.now())
    return cancellation_quote_json(quote)


routes: Final = Router(
    "/bookings",
    route_handlers=[
        book_slot,
        book_series,
        quote_a_booking,
        list_bookings,
        get_booking,
        move_to_status,
        list_booking_events,
        get_cancellation_quote,
        *changes,
    ],
    opt=exporting(BOOKINGS),
)
