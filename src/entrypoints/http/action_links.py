"""`/action-links`: links with which a customer answers, pays, moves or cancels a booking without signing in."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from litestar import Router, post
from litestar.params import JSONBody
from msgspec import Meta

from booking_domain.bookings.action_links import ActionLinkTokens, InvalidActionLink, LinkAction, action_of
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Purpose
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.use_cases.bookings import queries as bookings
from booking_domain.use_cases.bookings.accept_request import AcceptRequest, accept_request
from booking_domain.use_cases.bookings.action_links import OpenedLink, open_action_link
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.decline_request import DeclineRequest, decline_request
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.platform.views import Appointment
from entrypoints.http.bookings.schemas import (
    AcceptBody,
    CancelBody,
    CancellationQuoteJson,
    ReasonBody,
    cancellation_quote_json,
)
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.fields import Body, GatewayName, Instant, Json, Timestamp, one_of
from entrypoints.http.kit.idempotency import COMPUTES, REPEATED
from entrypoints.http.kit.injection import Dependency, Injected
from entrypoints.http.kit.projection import filled, members
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run
from entrypoints.http.payments import PaymentJson, payment_json

LinkToken = Annotated[str, Meta(max_length=200, description="The part of the link after `#`.")]


class OpenLinkBody(Body, frozen=True, kw_only=True):
    """The link to open."""

    token: LinkToken


class PayByLinkBody(Body, frozen=True, kw_only=True):
    """How to pay."""

    token: LinkToken
    gateway: GatewayName | None = None
    """The gateway that the customer chose; by default the provider's, or else the first that accepts the currency."""


class MoveByLinkBody(Body, frozen=True, kw_only=True):
    """The other time."""

    token: LinkToken
    slot: Instant


class CancelByLinkBody(CancelBody, frozen=True, kw_only=True):
    """Why the booking is cancelled."""

    token: LinkToken


class AcceptByLinkBody(AcceptBody, frozen=True, kw_only=True):
    """What is accepted: a time by `slot`, other terms by what rises."""

    token: LinkToken


class DeclineByLinkBody(ReasonBody, frozen=True, kw_only=True):
    """Why it is declined."""

    token: LinkToken


class LinkedBookingJson(Json, frozen=True, kw_only=True):
    """The booking of a link, without notes and contacts."""

    reference: str
    status: Annotated[str, one_of(Status)]
    payment_status: Annotated[str, one_of(BookingPaymentStatus)]
    provider_id: UUID
    provider_name: str
    start: Timestamp
    end: Timestamp
    time_zone: str
    currency: str
    price_amount: int
    deposit_amount: int
    paid_amount: int
    balance_due_amount: int
    offered_times: tuple[Timestamp, ...] | None = None
    """Other starts that the provider offers for a request; the customer can accept one of them."""
    offered_price_amount: int | None = None
    """The price, if the provider asks for another price, deposit or length."""
    offered_deposit_amount: int | None = None
    """The deposit with it."""
    offered_duration_minutes: int | None = None
    """The length with it."""
    offered_until: Timestamp | None = None
    """Until when the customer can agree to other terms for this time."""
    rescheduled_by: str | None = None
    """Who set the current time, while the customer has not accepted it: `provider`, `manager` or `admin`."""
    agreed_start: Timestamp | None = None
    """With `rescheduledBy`: the start of the time that the customer last agreed to."""


class OpenedLinkJson(Json, frozen=True, kw_only=True):
    """What a link is for."""

    action: Annotated[str, one_of(LinkAction)]
    """What the link lets the customer do."""
    possible: bool
    """Whether the booking allows the action now; for `manage`, whether it allows any."""
    actions: tuple[Annotated[str, one_of(LinkAction)], ...]
    """What the link lets the customer do now: `accept`, `decline`, `pay`, `move`, `cancel`."""
    expires_at: Timestamp
    booking: LinkedBookingJson
    cancellation_quote: CancellationQuoteJson | None = None
    """Only for a link with which the booking can be cancelled now."""


_booking: Final = members(
    Booking,
    LinkedBookingJson,
    given=("provider_name",),
    start="span.start",
    end="span.end",
    currency="price.currency",
    paid_amount="totals.paid.amount",
    balance_due_amount="quote.balance.amount",
    offered_times=filled("offered_times"),
    offered_price_amount=lambda booking: (
        None if booking.offered_minutes is None else booking.offered_scope.price.amount
    ),
    offered_duration_minutes="offered_minutes",
    rescheduled_by="pending_time_change.by",
    agreed_start="pending_time_change.agreed.start",
)
_accepted: Final = members(AcceptByLinkBody, AcceptRequest, given=("booking_id", "expected_version"), unused=("token",))


def linked_booking_json(booking: Booking, appointment: Appointment) -> LinkedBookingJson:
    """Show the booking of a link."""
    return LinkedBookingJson(provider_name=appointment.provider_name, **_booking(booking))


TOKEN: Final = "AgGZ87Ae" + "x" * 84
OPEN: Final = {"token": TOKEN}


def _possible(opened: OpenedLink) -> tuple[LinkAction, ...]:
    """What the link allows, of what the booking allows now."""
    actions = dict.fromkeys(filter(None, map(action_of, opened.available)))
    return tuple(action for action in actions if opened.link.allows(action))


@post(
    "/open",
    status_code=200,
    opt=PUBLIC
    | documented(
        bookings.get_cancellation_quote,
        raises=(InvalidActionLink,),
        body=OPEN,
        no_idempotency_key=COMPUTES,
    ),
    operation_id="openActionLink",
)
async def open_link(
    data: JSONBody[OpenLinkBody],
    action_link_tokens: Injected[ActionLinkTokens],
    reads: Injected[Reads],
    clock: Injected[Clock],
    gateways: Injected[Gateways],
) -> OpenedLinkJson:
    """Show what a link in a message is for, and its booking.

    A link in an e-mail allows one action (`accept`, `decline`, `pay`, `move` or `cancel`) on one booking, one in a text
    message all of them (`manage`). It grants no session. It expires at the deadline of the answer or deposit, at the
    start of the appointment, or for the balance and in text messages two weeks after the end. It becomes invalid when
    the customer changes their e-mail address (in text messages: their phone number) or no longer has an active
    account. Opening a link changes nothing, so e-mail scanners may open it.
    """
    now = clock.now()
    opened = await open_action_link(
        data.token, None, tokens=action_link_tokens, reads=reads, now=now, charges=gateways.chargeable.accepts
    )
    possible, quote = _possible(opened), None
    if LinkAction.CANCEL in possible:
        quote = await bookings.get_cancellation_quote(opened.actor, opened.link.booking_id, reads.appointments, now=now)
    return OpenedLinkJson(
        action=opened.link.action.value,
        possible=bool(possible),
        actions=tuple(action.value for action in possible),
        expires_at=opened.link.expires_at,
        booking=linked_booking_json(opened.appointment.booking, opened.appointment),
        cancellation_quote=None if quote is None else cancellation_quote_json(quote),
    )


OpenBy = Callable[[str, LinkAction], Awaitable[OpenedLink]]
"""Opens a link for an action, or raises `InvalidActionLink`."""


def provide_open_by(
    action_link_tokens: Injected[ActionLinkTokens], reads: Injected[Reads], clock: Injected[Clock]
) -> OpenBy:
    """Provide `open_by`."""
    return partial(open_action_link, tokens=action_link_tokens, reads=reads, now=clock.now())


@post(
    "/pay",
    status_code=200,
    opt=PUBLIC | documented(start_payment, raises=(InvalidActionLink,), body=OPEN, no_idempotency_key=REPEATED),
    operation_id="payByLink",
)
async def pay(
    data: JSONBody[PayByLinkBody],
    *,
    open_by: Injected[OpenBy],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> PaymentJson:
    """Start the payment that is due: the deposit, or once that is paid the balance. Needs a link to pay.

    While that payment is open, repeating the request returns it. Call `open` to see whether the money was received.
    """
    opened = await open_by(data.token, LinkAction.PAY)
    deposit = opened.appointment.booking.status is Status.PENDING
    command = StartPayment(
        booking_id=opened.link.booking_id,
        purpose=Purpose.DEPOSIT if deposit else Purpose.BALANCE,
        gateway=data.gateway,
    )
    payment = await start_payment(command, actor=opened.actor, executor=executor, gateways=gateways)
    return payment_json(payment, payer=True)


@post(
    "/move",
    status_code=200,
    opt=PUBLIC
    | documented(
        reschedule_booking,
        raises=(InvalidActionLink,),
        body=OPEN | {"slot": "2026-11-24T18:00:00+08:00"},
        no_idempotency_key=REPEATED,
    ),
    operation_id="moveByLink",
)
async def move(
    data: JSONBody[MoveByLinkBody],
    *,
    open_by: Injected[OpenBy],
    run: Injected[Run],
) -> LinkedBookingJson:
    """Move the booking to another offered slot, as `POST /bookings/{id}/reschedule` does. Needs a link to move."""
    opened = await open_by(data.token, LinkAction.MOVE)
    command = RescheduleBooking(booking_id=opened.link.booking_id, slot=data.slot)
    booking = await run(reschedule_booking, command, actor=opened.actor)
    return linked_booking_json(booking, opened.appointment)


@post(
    "/cancel",
    status_code=200,
    opt=PUBLIC
    | documented(
        change_booking_status,
        raises=(InvalidActionLink,),
        body=OPEN | {"expectedRefundAmount": 1_000_000},
        no_idempotency_key=REPEATED,
    ),
    operation_id="cancelByLink",
)
async def cancel(
    data: JSONBody[CancelByLinkBody],
    *,
    open_by: Injected[OpenBy],
    run: Injected[Run],
) -> LinkedBookingJson:
    """Cancel the booking, as `POST /bookings/{id}/cancel` does. Needs a link to cancel. Repeating it has no effect."""
    opened = await open_by(data.token, LinkAction.CANCEL)
    if opened.appointment.booking.status is Status.CANCELLED:
        return linked_booking_json(opened.appointment.booking, opened.appointment)
    command = ChangeBookingStatus(
        booking_id=opened.link.booking_id,
        to=Status.CANCELLED,
        reason=data.reason,
        expected_refund=data.expected_refund_amount,
    )
    booking = await run(change_booking_status, command, actor=opened.actor)
    return linked_booking_json(booking, opened.appointment)


@post(
    "/accept",
    status_code=200,
    opt=PUBLIC
    | documented(
        accept_request,
        raises=(InvalidActionLink,),
        body=OPEN | {"slot": "2026-11-24T18:00:00+08:00"},
        no_idempotency_key=REPEATED,
    ),
    operation_id="acceptByLink",
)
async def accept(
    data: JSONBody[AcceptByLinkBody],
    *,
    open_by: Injected[OpenBy],
    run: Injected[Run],
) -> LinkedBookingJson:
    """Accept what the provider's side offers, as `POST /bookings/{id}/accept` does. Needs a link to accept.

    `slot` is one of `offeredTimes`; other terms are accepted by naming what rises: `priceAmount`, `durationMinutes`. Of
    a booking that the provider's side has moved (`rescheduledBy`), `slot` is its `start` as the customer saw it.
    """
    opened = await open_by(data.token, LinkAction.ACCEPT)
    command = AcceptRequest(booking_id=opened.link.booking_id, **_accepted(data))
    return linked_booking_json(await run(accept_request, command, actor=opened.actor), opened.appointment)


@post(
    "/decline",
    status_code=200,
    opt=PUBLIC | documented(decline_request, raises=(InvalidActionLink,), body=OPEN, no_idempotency_key=REPEATED),
    operation_id="declineByLink",
)
async def decline(
    data: JSONBody[DeclineByLinkBody],
    *,
    open_by: Injected[OpenBy],
    run: Injected[Run],
) -> LinkedBookingJson:
    """Decline the terms that are offered for a confirmed booking, which stays as it was. Needs a link to decline."""
    opened = await open_by(data.token, LinkAction.DECLINE)
    command = DeclineRequest(booking_id=opened.link.booking_id, reason=data.reason)
    return linked_booking_json(await run(decline_request, command, actor=opened.actor), opened.appointment)


routes: Final = Router(
    "/action-links",
    dependencies={"open_by": Dependency(provide_open_by)},
    route_handlers=[open_link, accept, decline, pay, move, cancel],
    opt=about("action-links", "Links in messages, with which customers act on a booking without signing in."),
)
