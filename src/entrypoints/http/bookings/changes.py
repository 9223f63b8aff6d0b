"""`/bookings/{id}/…`: reschedule, cancel, and answer requests."""

from typing import Final

from litestar import Response, post
from litestar.params import FromPath, JSONBody

from booking_domain.bookings.transitions import Status
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.accept_request import AcceptRequest, accept_request
from booking_domain.use_cases.bookings.accept_time import AcceptTime, accept_time
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.change_terms import ChangeTerms, change_terms
from booking_domain.use_cases.bookings.decline_request import DeclineRequest, decline_request
from booking_domain.use_cases.bookings.offer_times import OfferTimes, offer_times
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.bookings.waive_deposit import WaiveDeposit, waive_deposit
from entrypoints.http.bookings.schemas import (
    ACCEPT,
    ACCEPT_TIME,
    CANCEL,
    CHANGE_TERMS,
    DECLINE,
    OFFER,
    RESCHEDULE,
    WAIVE,
    AcceptBody,
    AcceptTimeBody,
    BookingJson,
    CancelBody,
    ChangeTermsBody,
    OfferTimesBody,
    ReasonBody,
    RescheduleBody,
    WaiveBody,
    booking_json,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, expected_version
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members
from entrypoints.http.kit.running import Run

_CANCEL: Final = CancelBody()
_ACCEPT: Final = AcceptBody()
_DECLINE: Final = ReasonBody()
"""The body of a request that has none."""
_GIVEN: Final = ("booking_id", "expected_version")
_moved: Final = members(RescheduleBody, RescheduleBooking, given=_GIVEN, overbook_reason="overbook.reason")
_agreed: Final = members(AcceptTimeBody, AcceptTime, given=_GIVEN)
_accepted: Final = members(AcceptBody, AcceptRequest, given=_GIVEN)
_changed: Final = members(ChangeTermsBody, ChangeTerms, given=_GIVEN)
_offered: Final = members(OfferTimesBody, OfferTimes, given=_GIVEN)


@post(
    "/{booking_id:str}/reschedule",
    status_code=200,
    opt=documented(reschedule_booking, body=RESCHEDULE),
    operation_id="rescheduleBooking",
)
async def reschedule(
    booking_id: FromPath[BookingId],
    data: JSONBody[RescheduleBody],
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[BookingJson]:
    """Reschedule a booking in one step.

    The old time is released only if the new time is available. A customer can choose an offered slot; the provider and
    admins can choose any future time, in time off only with `overrideTimeOff`, and over other bookings only with
    `overbook`. Repeating the request has no further effect.

    A time set by the provider or an admin needs the customer's acceptance (`accept-time`). Until `objectionDeadline`
    the customer can cancel for a full refund. While the customer has not accepted, the booking cannot become `no_show`,
    unless it starts after that deadline, and cannot become `completed` before both that deadline and `agreedStart`.

    If a customer reschedules after a deadline of the cancellation policy, the policy still counts from the earlier
    start, `cancellationStart`.
    """
    command = RescheduleBooking(booking_id=booking_id, expected_version=expected_version(if_match), **_moved(data))
    return await run(reschedule_booking, command, answer=booking_json)


@post(
    "/{booking_id:str}/accept-time",
    status_code=200,
    opt=documented(accept_time, body=ACCEPT_TIME),
    operation_id="acceptBookingTime",
)
async def accept_new_time(
    booking_id: FromPath[BookingId],
    data: JSONBody[AcceptTimeBody],
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[BookingJson]:
    """Accept, as the customer, the new time that the provider or an admin has set.

    Send the booking's `start` and `end` as the customer saw them; if the booking was moved again since, the answer is
    409. Repeating the request has no further effect.
    """
    command = AcceptTime(booking_id=booking_id, expected_version=expected_version(if_match), **_agreed(data))
    return await run(accept_time, command, answer=booking_json)


@post(
    "/{booking_id:str}/cancel",
    status_code=200,
    opt=documented(change_booking_status, body=CANCEL),
    operation_id="cancelBooking",
)
async def cancel(
    booking_id: FromPath[BookingId],
    data: JSONBody[CancelBody] = _CANCEL,
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[BookingJson]:
    """Cancel a booking. Its cancellation policy decides the refund, counted from `cancellationStart` if it is set.

    Until the objection deadline of a new time that the provider or an admin has set, the customer gets a full refund.

    With `expectedRefundAmount`, exactly that amount is refunded; otherwise the answer is 409 and nothing changes.
    """
    command = ChangeBookingStatus(
        booking_id=booking_id,
        to=Status.CANCELLED,
        reason=data.reason,
        expected_refund=data.expected_refund_amount,
        expected_version=expected_version(if_match),
    )
    return await run(change_booking_status, command, answer=booking_json)


@post(
    "/{booking_id:str}/accept",
    status_code=200,
    opt=documented(accept_request, body=ACCEPT),
    operation_id="acceptBooking",
)
async def accept(
    booking_id: FromPath[BookingId],
    data: JSONBody[AcceptBody] = _ACCEPT,
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[BookingJson]:
    """Accept a request (provider, or manager of its salon), or what is offered (customer): a time, or other terms.

    The booking is `pending` until its deposit is paid, or `confirmed` if none is due. The provider can name another
    price, deposit or length. With more than was agreed the request stays `requested` until `offeredUntil`, and the
    customer accepts it by naming what rises: `priceAmount`, `durationMinutes`. So they accept what is offered for a
    confirmed booking.
    """
    command = AcceptRequest(booking_id=booking_id, expected_version=expected_version(if_match), **_accepted(data))
    return await run(accept_request, command, answer=booking_json)


@post(
    "/{booking_id:str}/decline",
    status_code=200,
    opt=documented(decline_request, body=DECLINE),
    operation_id="declineBooking",
)
async def decline(
    booking_id: FromPath[BookingId],
    data: JSONBody[ReasonBody] = _DECLINE,
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[BookingJson]:
    """Decline a request, as the provider, the manager of its salon or an admin. The booking becomes `cancelled`.

    The customer declines what is offered for a `confirmed` booking, which stays as it was.
    """
    command = DeclineRequest(booking_id=booking_id, reason=data.reason, expected_version=expected_version(if_match))
    return await run(decline_request, command, answer=booking_json)


@post(
    "/{booking_id:str}/offer-times",
    status_code=200,
    opt=documented(offer_times, body=OFFER),
    operation_id="offerTimes",
)
async def offer_other_times(
    booking_id: FromPath[BookingId],
    data: JSONBody[OfferTimesBody],
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[BookingJson]:
    """Offer other times for a request, as the provider or the manager of its salon.

    The customer can accept one of them until `dueAt` (48 hours by default), if it is still free, and with it the price,
    the deposit and the length that the provider names. The booking's own time may be among them.
    """
    command = OfferTimes(booking_id=booking_id, expected_version=expected_version(if_match), **_offered(data))
    return await run(offer_times, command, answer=booking_json)


@post(
    "/{booking_id:str}/change-terms",
    status_code=200,
    opt=documented(change_terms, body=CHANGE_TERMS),
    operation_id="changeBookingTerms",
)
async def change_agreed_terms(
    booking_id: FromPath[BookingId],
    data: JSONBody[ChangeTermsBody],
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[BookingJson]:
    """Change price, deposit or length of a request or a confirmed booking before its start.

    For the provider and the manager of its salon. A lower price or deposit and a shorter appointment apply at once, and
    what was paid beyond the price is refunded. More waits until `offeredUntil`, at most 48 hours, for the customer's
    `accept` or `decline`; without an answer a confirmed booking stays as it was, and a request expires.
    """
    command = ChangeTerms(booking_id=booking_id, expected_version=expected_version(if_match), **_changed(data))
    return await run(change_terms, command, answer=booking_json)


@post(
    "/{booking_id:str}/waive-deposit",
    status_code=200,
    opt=documented(waive_deposit, body=WAIVE),
    operation_id="waiveDeposit",
)
async def waive(
    booking_id: FromPath[BookingId],
    data: JSONBody[WaiveBody],
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[BookingJson]:
    """Confirm a booking that waits for its deposit without payment; for the provider, the salon's manager and admins.

    The customer is notified of the reason. The whole price is due with the balance. An open payment of the deposit is
    cancelled.
    """
    command = WaiveDeposit(booking_id=booking_id, reason=data.reason, expected_version=expected_version(if_match))
    return await run(waive_deposit, command, answer=booking_json)


changes: Final = (reschedule, accept_new_time, cancel, accept, decline, offer_other_times, change_agreed_terms, waive)
