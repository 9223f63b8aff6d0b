"""`/bookings`: the bookings of who is signed in; each with its payment and what its customer can do."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath
from msgspec.json import encode

from booking_domain.bookings.available_actions import AvailableAction
from booking_domain.bookings.transitions import TO_COME, Party, Status
from booking_domain.disputes.ports import DisputeFilter
from booking_domain.notifications.ports import NotificationFilter
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.reviews.ports import ReviewFilter
from booking_domain.scheduling.effort import steps_of, steps_to_first
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.bookings.accept_request import AcceptRequest, accept_request
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.decline_request import DeclineRequest, decline_request
from booking_domain.use_cases.bookings.queries import get_cancellation_quote, list_bookings
from booking_domain.use_cases.bookings.reschedule_booking import (
    RescheduleBooking,
    get_schedule_to_move,
    reschedule_booking,
)
from booking_domain.use_cases.disputes.queries import list_own_disputes
from booking_domain.use_cases.payments.receipt_queries import list_receipts
from booking_domain.use_cases.payments.settle_payment import settle_on_request
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.reviews.commands import PostReview, post_review
from booking_domain.use_cases.scheduling.queries import to_come
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.http.kit.turns import Computation, Turn
from entrypoints.web.booking.when import Free
from entrypoints.web.bookings import gift_card_routes, points_routes
from entrypoints.web.bookings.booking import (
    MINUTES,
    MOST_TOLD,
    PRICE,
    BookingExtras,
    booking_page,
    due_of,
    payment_state,
)
from entrypoints.web.bookings.cancel import REASON, REFUND, cancel_page
from entrypoints.web.bookings.desk import Acting, BookingDesk
from entrypoints.web.bookings.listed import MOST, bookings_page
from entrypoints.web.bookings.move import DAY, SLOT, free_for, move_page, move_question
from entrypoints.web.bookings.points import redeemable_on
from entrypoints.web.bookings.review import RATING, TEXT, review_page
from entrypoints.web.kit.forms import FormPage, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.paying import GATEWAY, ways_of
from entrypoints.web.kit.typed import day_of, id_of, moment_of, number_of

_A_DAY: Final = timedelta(days=1)
_PAST: Final = "past"
_FREED: Final = (SlotTaken, SlotNotOffered)


@get("/bookings")
async def show_bookings(
    page: Injected[Page], *, actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> Response[Any]:
    """The bookings to come, the next first; or those of the past, the last first."""
    past, now = page.asked("when") == _PAST, clock.now()
    wanted = BookingListFilter(
        customer_id=actor.id,
        upcoming_at=None if past else now,
        past_at=now if past else None,
        order=BookingListOrder.LATEST_START if past else BookingListOrder.EARLIEST_START,
        after=id_of(page.asked("after")),
        limit=MOST + 1,
    )
    found = await list_bookings(actor, wanted, reads.appointments)
    return page.render(bookings_page(found, page, past=past), public=False)


@get("/bookings/{booking_id:str}", opt=IF_VALID)
async def show_booking(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    clock: Injected[Clock],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> Response[Any]:
    """A booking: its state, what to do next, how to pay."""
    acting, payment = await _opened(booking_id, desk, reads, executor, gateways)
    extras = await _extras(acting, reads, clock)
    begun = "" if payment is None or payment.invoice is None else payment.gateway
    ways = ways_of(due_of(acting), gateways, page, beside=begun)
    shown = booking_page(acting, payment, page, ways=ways, extras=extras, done=page.asked("done"))
    return page.render(shown, public=False)


@get("/bookings/{booking_id:str}/state", opt=IF_VALID)
async def show_state(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> Response[bytes]:
    """Whether a payment is still open, for the script of the page."""
    state = payment_state(*await _opened(booking_id, desk, reads, executor, gateways), page)
    return Response(encode(state), media_type=MediaType.JSON, headers={"Cache-Control": "private, no-store"})


@post("/bookings/{booking_id:str}/pay", status_code=303, opt=IF_VALID | FORM)
async def pay(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    clock: Injected[Clock],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> Response[Any]:
    """Start the payment that is due; an open one goes on, unless another gateway is chosen."""
    acting = await desk.open(booking_id)
    if not {AvailableAction.PAY_DEPOSIT, AvailableAction.PAY_BALANCE} & acting.can:
        return page.see(page.link(acting.path))
    purpose = Purpose.DEPOSIT if acting.booking.status is Status.PENDING else Purpose.BALANCE
    chosen = said(form_of(request), GATEWAY) or None
    wish = StartPayment(booking_id=booking_id, purpose=purpose, gateway=chosen)
    try:
        await start_payment(wish, actor=acting.actor, executor=executor, gateways=gateways)
    except DomainError as error:
        return await _refused(error, await desk.open(booking_id), page, reads, clock)
    return page.see(page.link(acting.path))


@get("/bookings/{booking_id:str}/cancel", opt=IF_VALID)
async def show_cancel(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> Response[Any]:
    """What a cancellation gives back."""
    acting = await desk.open(booking_id)
    if AvailableAction.CANCEL not in acting.can:
        return page.see(page.link(acting.path))
    return page.render(await _question(acting, page, reads, clock), public=False)


@post("/bookings/{booking_id:str}/cancel", status_code=303, opt=IF_VALID | FORM)
async def cancel(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    clock: Injected[Clock],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Cancel it, if it gives back what was shown."""
    form, acting = form_of(request), await desk.open(booking_id)
    if AvailableAction.CANCEL not in acting.can:
        return page.see(page.link(acting.path))
    reason = said(form, REASON)
    command = ChangeBookingStatus(
        booking_id=booking_id,
        to=Status.CANCELLED,
        reason=reason or None,
        expected_refund=number_of(said(form, REFUND)),
    )
    try:
        await executor.run(change_booking_status, command, actor=acting.actor, session_id=acting.session_id)
    except DomainError as error:
        acting = await desk.open(booking_id)
        if AvailableAction.CANCEL not in acting.can:
            return page.see(page.link(acting.path))
        return page.refuse(
            (await _question(acting, page, reads, clock, reason=reason)).failed(error, page), error, at=page.path
        )
    return page.see(page.link(acting.path, done="cancelled"))


@get("/bookings/{booking_id:str}/move", opt=IF_VALID)
async def show_move(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
) -> Response[Any]:
    """The free times, or the question whether to move to one of them."""
    acting, now = await desk.open(booking_id), clock.now()
    if AvailableAction.RESCHEDULE not in acting.can:
        return page.see(page.link(acting.path))
    slot = moment_of(page.asked(SLOT))
    if slot == acting.booking.span.start:
        return page.see(page.link(acting.path))  # back after it was moved
    if slot is not None:
        return page.render(move_question(acting, slot, page), public=False)
    zone, asked = time_zone(acting.booking.time_zone), day_of(page.asked(DAY))
    shown = asked
    if shown is None:
        first = (await _free(acting, TimeRange(now, now + _A_DAY), now, reads=reads, turn=turn)).first
        shown = (first or now).astimezone(zone).date()
    month = page.formats.month(shown)
    window = TimeRange(_midnight(month.before + _A_DAY, zone, now), _midnight(month.after, zone, now + _A_DAY))
    free = await _free(acting, window, now, reads=reads, turn=turn)
    taken = page.asked("taken") == "1"
    return page.render(move_page(acting, free, shown, page, asked=asked, now=now, taken=taken), public=False)


@post("/bookings/{booking_id:str}/move", status_code=303, opt=IF_VALID | FORM)
async def move(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Move it. A time that somebody else has taken meanwhile leads back to the free ones."""
    acting, slot = await desk.open(booking_id), moment_of(said(form_of(request), SLOT))
    if slot is None or AvailableAction.RESCHEDULE not in acting.can:
        return page.see(page.link(acting.path))
    command = RescheduleBooking(booking_id=booking_id, slot=slot)
    try:
        await executor.run(reschedule_booking, command, actor=acting.actor, session_id=acting.session_id)
    except _FREED:
        return page.see(page.link(f"{acting.path}/move", taken=1))
    except DomainError as error:
        return page.refuse(move_question(acting, slot, page).failed(error, page), error, at=page.path)
    return page.see(page.link(acting.path, done="moved"))


@post("/bookings/{booking_id:str}/accept", status_code=303, opt=IF_VALID | FORM)
async def accept(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    clock: Injected[Clock],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Accept what the provider's side offers, as it was shown."""
    form, acting = form_of(request), await desk.open(booking_id)
    if not {AvailableAction.ACCEPT, AvailableAction.ACCEPT_TIME} & acting.can:
        return page.see(page.link(acting.path))
    command = AcceptRequest(
        booking_id=booking_id,
        slot=moment_of(said(form, SLOT)),
        price_amount=number_of(said(form, PRICE)),
        duration_minutes=number_of(said(form, MINUTES)),
    )
    try:
        await executor.run(accept_request, command, actor=acting.actor, session_id=acting.session_id)
    except DomainError as error:
        return await _refused(error, await desk.open(booking_id), page, reads, clock)
    return page.see(page.link(acting.path, done="accepted"))


@post("/bookings/{booking_id:str}/decline", status_code=303, opt=IF_VALID | FORM)
async def decline(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Decline the terms that are offered; the booking stays as it was."""
    acting = await desk.open(booking_id)
    if AvailableAction.DECLINE not in acting.can:
        return page.see(page.link(acting.path))
    command = DeclineRequest(booking_id=booking_id)
    await executor.run(decline_request, command, actor=acting.actor, session_id=acting.session_id)
    return page.see(page.link(acting.path, done="declined"))


@get("/bookings/{booking_id:str}/review")
async def show_review(
    booking_id: FromPath[BookingId], page: Injected[Page], *, desk: Injected[BookingDesk], reads: Injected[Reads]
) -> Response[Any]:
    """Stars and a text, once."""
    acting = await desk.open(booking_id)
    if acting.booking.status is not Status.COMPLETED or await _reviewed(acting, reads):
        return page.see(page.link(acting.path))
    return page.render(review_page(acting, page), public=False)


@post("/bookings/{booking_id:str}/review", status_code=303, opt=FORM)
async def review(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Post the review."""
    form, acting = form_of(request), await desk.open(booking_id)
    rating, text = said(form, RATING), said(form, TEXT)
    try:
        if not rating:
            raise InvalidValue(field=RATING, problem="choose how many stars")
        command = PostReview(booking_id=booking_id, rating=number_of(rating) or 0, text=text)
        await executor.run(post_review, command, actor=acting.actor, session_id=acting.session_id)
    except DomainError as error:
        field = str(error.parameters["field"]) if isinstance(error, InvalidValue) else ""
        return page.refuse(
            review_page(acting, page, rating=rating, text=text).failed(error, page, field=field), error, at=page.path
        )
    return page.see(page.link(acting.path, done="reviewed"))


async def _refused(error: DomainError, acting: Acting, page: Page, reads: Reads, clock: Clock) -> Response[Any]:
    """The page of the booking with what was wrong."""
    shown = booking_page(acting, None, page, extras=await _extras(acting, reads, clock))
    return page.refuse(replace(shown, error=page.say.error(error)), error, at=acting.path)


async def _question(acting: Acting, page: Page, reads: Reads, clock: Clock, *, reason: str = "") -> FormPage:
    """Whether to cancel, with what it gives back now."""
    quote = await get_cancellation_quote(acting.actor, acting.booking.id, reads.appointments, now=clock.now())
    return cancel_page(acting, quote, page, reason=reason)


async def _opened(
    booking_id: BookingId, desk: BookingDesk, reads: Reads, executor: Executor[Repositories], gateways: Gateways
) -> tuple[Acting, Payment | None]:
    """A booking and its open payment. The gateway is asked of it first, in case its callback was lost."""
    acting, payments = await desk.open(booking_id), await reads.payments.of_booking(booking_id)
    payment = next((each for each in payments if each.status is PaymentStatus.PENDING), None)
    if payment is not None and acting.seen.party is Party.CUSTOMER:
        with suppress(GatewayUnavailable):
            payment = await settle_on_request(payment, executor=executor, gateways=gateways)
    if payment is not None and payment.status is not PaymentStatus.PENDING:
        return await desk.open(booking_id), None
    return acting, payment


async def _extras(acting: Acting, reads: Reads, clock: Clock) -> BookingExtras:
    """How to prepare; for who is signed in the receipts, and whether there are a review and a dispute."""
    booking = acting.booking
    extras, view = BookingExtras(), await reads.providers.get(booking.provider_id)
    if view is not None and booking.status in TO_COME:
        salon = await reads.salons.of_provider(booking.provider_id)
        instructions = view.terms.instructions, "" if salon is None else salon.instructions
        extras = BookingExtras(preparation=tuple(filter(None, instructions)))
    if view is not None:
        extras = replace(extras, accent=view.profile.accent)
    if acting.session_id is None:
        return extras
    party = booking.party(acting.actor)
    receipts = () if party is None else await list_receipts(acting.actor, booking.id, reads)
    about = DisputeFilter(party_id=acting.actor.id, booking_id=booking.id, limit=1)
    disputed = bool(await list_own_disputes(acting.actor, about, reads.disputes))
    about_it = NotificationFilter(user_id=acting.actor.id, booking_id=booking.id, limit=MOST_TOLD)
    told = await reads.notifications.page(about_it)
    redeemable = bool(await redeemable_on(acting, reads, now=clock.now()))
    return replace(
        extras,
        receipts=receipts,
        reviewed=await _reviewed(acting, reads),
        disputed=disputed,
        redeemable=redeemable,
        told=told,
    )


async def _reviewed(acting: Acting, reads: Reads) -> bool:
    """Whether they have reviewed the booking."""
    if acting.booking.status is not Status.COMPLETED:
        return False
    wanted = ReviewFilter(author_id=acting.actor.id, provider_id=acting.booking.provider_id)
    return any(each.review.booking_id == acting.booking.id for each in await reads.reviews.page(wanted))


async def _free(acting: Acting, window: TimeRange, now: datetime, *, reads: Reads, turn: Turn) -> Free:
    booking = acting.booking

    async def read() -> Computation[Free]:
        schedule = await get_schedule_to_move(booking, reads.schedules, now=now)
        steps = steps_of(schedule, window) + steps_to_first(schedule, to_come(now))
        return Computation(partial(free_for, booking, schedule, window, now), steps)

    return await turn.compute(read)


def _midnight(day: date, zone: Any, earliest: datetime) -> datetime:
    return max(earliest, datetime.combine(day, time(), zone).astimezone(UTC))


handlers: Final = (
    show_bookings,
    show_booking,
    show_state,
    pay,
    show_cancel,
    cancel,
    show_move,
    move,
    accept,
    decline,
    show_review,
    review,
    *gift_card_routes.handlers,
    *points_routes.handlers,
)
