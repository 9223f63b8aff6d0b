"""`/bookings/{id}/desk-payments`: payments at the provider's desk."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.payments.desk import MAX_EXTRA_REASON, MAX_VOID_REASON, DeskMethod, DeskPayment, DeskPaymentStatus
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import BookingId, DeskPaymentId
from booking_domain.use_cases.payments import desk_queries as queries
from booking_domain.use_cases.payments.desk_payments import (
    RecordDeskPayment,
    VoidDeskPayment,
    record_desk_payment,
    void_desk_payment,
)
from booking_domain.use_cases.payments.desk_queries import DeskMoney
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.running import Run

MOST: Final = 2**53 - 1


class RecordBody(Body, frozen=True, kw_only=True):
    """What the customer paid at the desk."""

    method: DeskMethod
    amount: Annotated[int, Meta(ge=0, le=MOST)] | None = None
    """In minor units of the price's currency; by default the deposit if it is due, otherwise the whole amount due."""
    tip_amount: Annotated[int, Meta(ge=0, le=MOST)] = 0
    """A tip besides the amount. It does not count towards the price."""
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_EXTRA_REASON)] | None = None
    """Required if the amount is above what is due, from the start of the appointment on. The customer sees it."""


class VoidBody(Body, frozen=True, kw_only=True):
    """Why the payment is voided. The customer sees the reason."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_VOID_REASON)]


class DeskPaymentJson(Json, frozen=True, kw_only=True):
    """A payment at the provider's desk."""

    id: UUID
    booking_id: UUID
    method: DeskMethod
    amount: int
    """What counts towards the price."""
    extra_amount: int
    """What of the amount is above the agreed price."""
    extra_reason: str | None = None
    """Why more than agreed was paid."""
    tip_amount: int
    """The tip that was given besides."""
    currency: str
    status: DeskPaymentStatus
    recorded_by: str
    """The role of the user who recorded it: `provider`, `manager` or `admin`."""
    voided_by: str | None = None
    """Who voided it."""
    voided_at: Timestamp | None = None
    """When it was voided."""
    void_reason: str | None = None
    """Why it was voided."""
    created_at: Timestamp
    version: int


class DeskPaymentsJson(Json, frozen=True, kw_only=True):
    """All payments of a booking at the desk, oldest first, what is still due, and how much can be recorded now."""

    items: tuple[DeskPaymentJson, ...]
    desk_paid_amount: int
    """The sum of those that are not voided."""
    balance_due_amount: int
    least_amount: int
    """The least that can be recorded now: while the booking waits for its deposit, what is due of it; otherwise 0."""
    most_amount: int
    """The most that can be recorded now without a reason; 0 if nothing is due."""
    currency: str


desk_payment_json: Final = projection(
    DeskPayment,
    DeskPaymentJson,
    amount="amount.amount",
    extra_amount="extra.amount",
    tip_amount="tip.amount",
    currency="amount.currency",
    recorded_by="recorded_by.role",
    voided_by="voided_by.role",
)
_desk_payments_json: Final = projection(
    DeskMoney,
    DeskPaymentsJson,
    within="booking",
    items=("payments", desk_payment_json),
    balance_due_amount="booking.quote.balance.amount",
    least_amount="booking.quote.deposit_asked.amount",
    most_amount="booking.quote.at_desk.amount",
    currency="booking.price.currency",
)


_recorded: Final = members(RecordBody, RecordDeskPayment, given=("booking_id",))


# Examples for the API's documentation.
RECORD: Final[dict[str, Any]] = {"method": "cash", "amount": 6_000_000, "tipAmount": 500_000}
VOID: Final[dict[str, Any]] = {"reason": "Entered for the wrong customer."}


@get("/", opt=documented(queries.list_desk_payments))
async def list_desk_payments(
    booking_id: FromPath[BookingId], actor: Injected[Actor], reads: Injected[Reads]
) -> DeskPaymentsJson:
    """List the desk payments of a booking, including voided ones."""
    money = await queries.list_desk_payments(actor, booking_id, reads)
    return _desk_payments_json(money)


@get("/{desk_payment_id:str}", opt=documented(queries.get_desk_payment))
async def get_desk_payment(
    booking_id: FromPath[BookingId],
    desk_payment_id: FromPath[DeskPaymentId],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    if_none_match: IfNoneMatch = None,
) -> Response[DeskPaymentJson]:
    """Return one payment at the desk."""
    found = await queries.get_desk_payment(actor, booking_id, desk_payment_id, reads)
    return unless_known(desk_payment_json(found), etag(found.version), if_none_match)


@post("/", opt=documented(record_desk_payment, body=RECORD))
async def record_a_desk_payment(
    booking_id: FromPath[BookingId],
    data: JSONBody[RecordBody],
    run: Injected[Run],
) -> Response[DeskPaymentJson]:
    """Record that the customer paid in cash or by card at the desk; for the provider, the salon's manager and admins.

    The amount is from `leastAmount` to `mostAmount` of the list. One that covers the deposit confirms the booking. From
    the start of the appointment on it can be more, with a `reason`. A tip is kept apart, and may be given alone.
    An open payment by QR code is cancelled. The customer is notified. The platform never refunds this money.
    """
    return await run(
        record_desk_payment,
        RecordDeskPayment(booking_id=booking_id, **_recorded(data)),
        answer=lambda done: desk_payment_json(done.payment),
    )


@post("/{desk_payment_id:str}/void", status_code=200, opt=documented(void_desk_payment, body=VOID))
async def void_a_desk_payment(
    booking_id: FromPath[BookingId],
    desk_payment_id: FromPath[DeskPaymentId],
    data: JSONBody[VoidBody],
    *,
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[DeskPaymentJson]:
    """Void a desk payment that was recorded by mistake, or whose money was given back at the desk.

    The customer is notified of the reason. A payment cannot be voided while the booking is in dispute. If an
    overpayment was refunded after this payment was recorded, only an admin can void it. A booking that the payment
    confirmed stays confirmed: the amount is due with the balance.
    """
    command = VoidDeskPayment(
        booking_id=booking_id,
        payment_id=desk_payment_id,
        reason=data.reason,
        expected_version=expected_version(if_match),
    )
    return await run(void_desk_payment, command, answer=lambda done: desk_payment_json(done.payment))


routes: Final = Router(
    "/bookings/{booking_id:str}/desk-payments",
    route_handlers=[list_desk_payments, get_desk_payment, record_a_desk_payment, void_a_desk_payment],
)
