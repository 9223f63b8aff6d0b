"""`/admin/bookings` and `/admin/transactions`: bookings and transactions of the whole platform."""

from typing import Annotated, Any, Final

from litestar import Response, get
from msgspec import Meta

from booking_domain.bookings.transitions import Status
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.use_cases.bookings.listing_queries import list_all_bookings as all_bookings
from booking_domain.use_cases.bookings.listing_queries import list_transactions as transactions
from booking_domain.use_cases.platform.listings import (
    BookingListFilter,
    BookingListOrder,
    Transaction,
    TransactionFilter,
)
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import Appointment
from entrypoints.http.bookings.schemas import BOOKING_ID, REFERENCE, BookingJson, booking_json
from entrypoints.http.kit.csv_cells import FIRST_ROWS, Columns, csv_response
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Cursor, Limit
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.listing import MOST_STATUSES, PERIOD, ListQuery, ListText
from entrypoints.http.kit.projection import projection
from entrypoints.http.transactions import (
    FILTERED,
    ChosenTransactionsQuery,
    TransactionsJson,
    transaction_json,
)


class ChosenBookingsQuery(ListQuery, frozen=True, kw_only=True):
    """A filter of bookings; `status` may be repeated, and `from` and `to` select by start."""

    q: ListText | None = None
    status: Annotated[tuple[Status, ...], Meta(max_length=MOST_STATUSES)] = ()
    sort: BookingListOrder = BookingListOrder.NEWEST


class AllBookingsQuery(ChosenBookingsQuery, frozen=True, kw_only=True):
    """A page of all bookings."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


_BOOKINGS: Final[dict[str, Any]] = {
    "default": ("party_id", "manager_id", "salon_id", "upcoming_at", "past_at", "ends_after"),
    "statuses": "status",
    "order": "sort",
    "text": "q",
    **PERIOD,
}
_bookings: Final = projection(AllBookingsQuery, BookingListFilter, **_BOOKINGS, **PAGE_AND_ONE)
_exported_bookings: Final = projection(ChosenBookingsQuery, BookingListFilter, **_BOOKINGS, **FIRST_ROWS)


class SearchedTransactionsQuery(ChosenTransactionsQuery, frozen=True, kw_only=True):
    """A filter of transactions of all parties; `q` also finds the gateway's or the bank's reference."""

    q: ListText | None = None


class AllTransactionsQuery(SearchedTransactionsQuery, frozen=True, kw_only=True):
    """A page of transactions of all parties."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


_TRANSACTIONS: Final[dict[str, Any]] = FILTERED | {"default": ("party_id",), "text": "q"}
_transactions: Final = projection(AllTransactionsQuery, TransactionFilter, **_TRANSACTIONS, **PAGE_AND_ONE)
_exported_transactions: Final = projection(SearchedTransactionsQuery, TransactionFilter, **_TRANSACTIONS, **FIRST_ROWS)


class ListedBookingJson(BookingJson, frozen=True, kw_only=True):
    """A booking with the names of its parties."""

    provider_name: str
    customer_name: str


class ListedBookingsJson(Page[ListedBookingJson], frozen=True, kw_only=True):
    """A page of all bookings."""


def _booking_json(appointment: Appointment) -> ListedBookingJson:
    return ListedBookingJson(
        **booking_json.members(appointment.booking) | {"customer_id": appointment.customer_id},
        provider_name=appointment.provider_name,
        customer_name=appointment.customer_name,
    )


_BOOKING_COLUMNS: Final[Columns[Appointment]] = {
    "id": lambda each: each.booking.id,
    "reference": lambda each: each.booking.reference,
    "status": lambda each: each.booking.status,
    "paymentStatus": lambda each: each.booking.payment_status,
    "provider": lambda each: each.provider_name,
    "customer": lambda each: each.customer_name,
    "start": lambda each: each.booking.span.start,
    "end": lambda each: each.booking.span.end,
    "timeZone": lambda each: each.booking.time_zone,
    "price": lambda each: each.booking.price.decimal(),
    "deposit": lambda each: each.booking.deposit.decimal(),
    "paid": lambda each: each.booking.paid.decimal(),
    "refunded": lambda each: each.booking.refunded.decimal(),
    "deskPaid": lambda each: each.booking.desk_paid.decimal(),
    "extra": lambda each: each.booking.extra.decimal(),
    "tips": lambda each: each.booking.tips.decimal(),
    "currency": lambda each: each.booking.price.currency,
    "createdAt": lambda each: each.booking.created_at,
}
_TRANSACTION_COLUMNS: Final[Columns[Transaction]] = {
    "id": lambda move: move.id,
    "type": lambda move: move.type,
    "status": lambda move: move.status,
    "bookingReference": lambda move: move.booking_reference,
    "provider": lambda move: move.provider_name,
    "customer": lambda move: move.customer_name,
    "gateway": lambda move: move.gateway,
    "purpose": lambda move: move.purpose,
    "reason": lambda move: move.reason,
    "note": lambda move: move.note,
    "amount": lambda move: move.amount.decimal(),
    "moved": lambda move: move.moved.decimal(),
    "tip": lambda move: move.tip.decimal(),
    "currency": lambda move: move.amount.currency,
    "reference": lambda move: move.reference,
    "createdAt": lambda move: move.created_at,
    "processedAt": lambda move: move.processed_at,
}


# Examples for the API's documentation.
_BOOKINGS_CSV: Final = (
    ",".join(_BOOKING_COLUMNS)
    + f"\r\n{BOOKING_ID},{REFERENCE},pending,unpaid,Sarnai Tattoo,Bold,2026-11-23T02:00:00+00:00,"
    "2026-11-23T03:00:00+00:00,Asia/Ulaanbaatar,80000.00,20000.00,0.00,0.00,MNT,2026-11-20T03:15:00+00:00\r\n"
)
_TRANSACTIONS_CSV: Final = (
    ",".join(_TRANSACTION_COLUMNS)
    + f"\r\n0199f3b1-2c40-7f31-9c45-6e9b0d7f1a55,payment,paid,{REFERENCE},Sarnai Tattoo,Bold,qpay,deposit,,,20000.00,"
    "20000.00,MNT,7d1f3c0e-5a2b-4c19-9e41-8f0b3c5a9e2d,2026-11-20T03:16:00+00:00,2026-11-20T03:18:00+00:00\r\n"
)


@get(
    "/bookings",
    opt=documented(all_bookings, raises=(InvalidValue,)),
)
async def list_all_bookings(
    params: Injected[AllBookingsQuery], actor: Injected[Actor], replica_reads: Injected[Reads]
) -> ListedBookingsJson:
    """List bookings of all parties, with their names; for admins.

    `status` may be repeated. `from` and `to` select by start. In a list sorted by start, a booking that is rescheduled
    while you page may be missing or appear twice.
    """
    found = await all_bookings(actor, _bookings(params), replica_reads.appointments)
    return ListedBookingsJson.of(found, params.limit, _booking_json, lambda listed: listed.booking.id)


@get(
    "/bookings/export",
    media_type="text/csv",
    opt=documented(all_bookings, raises=(InvalidValue,), answer=_BOOKINGS_CSV, headers=("Content-Disposition",)),
)
async def export_all_bookings(
    params: Injected[ChosenBookingsQuery], actor: Injected[Actor], replica_reads: Injected[Reads]
) -> Response[str]:
    """Export bookings as a CSV file (RFC 4180, UTF-8); for admins. Amounts are in whole units of the currency."""
    return await csv_response(
        "bookings",
        _BOOKING_COLUMNS,
        _exported_bookings(params),
        lambda chosen: all_bookings(actor, chosen, replica_reads.appointments),
        lambda listed: listed.booking.id,
    )


@get(
    "/transactions",
    opt=documented(transactions, raises=(InvalidValue,)),
)
async def list_transactions(
    params: Injected[AllTransactionsQuery], actor: Injected[Actor], replica_reads: Injected[Reads]
) -> TransactionsJson:
    """List payments, refunds, desk payments and adjustments of all parties, with their names; for admins.

    `status` may be repeated. `amountFrom` and `amountTo` are in minor units. If you sort by amount, the list is grouped
    by currency.
    """
    found = await transactions(actor, _transactions(params), replica_reads.transactions)
    return TransactionsJson.of(found, params.limit, transaction_json, lambda move: move.id)


@get(
    "/transactions/export",
    media_type="text/csv",
    opt=documented(transactions, raises=(InvalidValue,), answer=_TRANSACTIONS_CSV, headers=("Content-Disposition",)),
)
async def export_transactions(
    params: Injected[SearchedTransactionsQuery], actor: Injected[Actor], replica_reads: Injected[Reads]
) -> Response[str]:
    """Export the list of transactions as a CSV file (RFC 4180, UTF-8); for admins. Amounts are in whole units."""
    return await csv_response(
        "transactions",
        _TRANSACTION_COLUMNS,
        _exported_transactions(params),
        lambda chosen: transactions(actor, chosen, replica_reads.transactions),
        lambda move: move.id,
    )
