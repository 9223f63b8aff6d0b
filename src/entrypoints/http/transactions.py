"""Payments, refunds, desk payments and adjustments in one list, and `GET /payments`, the list of the caller's own."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import get
from msgspec import Meta

from booking_domain.payments.model import Purpose
from booking_domain.payments.refunds import RefundReason
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.use_cases.payments import queries
from booking_domain.use_cases.platform.listings import (
    MoneyOrder,
    Transaction,
    TransactionFilter,
    TransactionStatus,
    TransactionType,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Cursor, GatewayName, Json, Limit, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.listing import MOST_STATUSES, PERIOD, MoneyListQuery, PersonJson
from entrypoints.http.kit.projection import projection


class ChosenTransactionsQuery(MoneyListQuery, frozen=True, kw_only=True):
    """A filter of transactions; `status` may be repeated, and `from` and `to` select by creation time."""

    status: Annotated[tuple[TransactionStatus, ...], Meta(max_length=MOST_STATUSES)] = ()
    type: TransactionType | None = None
    gateway: GatewayName | None = None
    sort: MoneyOrder = MoneyOrder.NEWEST


class TransactionsQuery(ChosenTransactionsQuery, frozen=True, kw_only=True):
    """A page of transactions."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


FILTERED: Final[dict[str, Any]] = {"statuses": "status", "order": "sort", "default": ("party_id", "text"), **PERIOD}
"""The sources of a filter of transactions."""
transactions_page: Final = projection(TransactionsQuery, TransactionFilter, **FILTERED, **PAGE_AND_ONE)
"""The filter of a page of transactions."""


class TransactionJson(Json, frozen=True, kw_only=True):
    """A payment, a refund, a desk payment or an adjustment of the ledger."""

    id: UUID
    type: TransactionType
    status: TransactionStatus
    booking_id: UUID
    booking_reference: str
    provider: PersonJson
    customer: PersonJson
    gateway: str
    """For a desk payment, `cash` or `card`; empty if the money is at no gateway."""
    purpose: Purpose | None = None
    """The purpose of a payment."""
    reason: RefundReason | None = None
    """The reason of a refund."""
    note: str | None = None
    """The reason of an adjustment."""
    amount: int
    """The amount that is due, or by which the ledger was adjusted."""
    moved_amount: int
    """The amount that was received, or sent back, or by which the ledger was adjusted."""
    tip_amount: int
    """The tip that was given at the desk besides."""
    currency: str
    reference: str | None = None
    """The gateway's id of the invoice, or the bank's reference of the transfer."""
    created_at: Timestamp
    processed_at: Timestamp | None = None


class TransactionsJson(Page[TransactionJson], frozen=True, kw_only=True):
    """A page of transactions."""


transaction_json: Final = projection(
    Transaction,
    TransactionJson,
    provider=lambda move: PersonJson(id=move.provider_id, name=move.provider_name),
    customer=lambda move: PersonJson(id=move.customer_id, name=move.customer_name),
    amount="amount.amount",
    tip_amount="tip.amount",
    currency="amount.currency",
)
"""Show a movement of money to a party of its booking, or to an admin."""


@get("/", opt=documented(queries.list_own_transactions, raises=(InvalidValue,)))
async def list_payments(
    params: Injected[TransactionsQuery], actor: Injected[Actor], replica_reads: Injected[Reads]
) -> TransactionsJson:
    """List all payments, refunds, desk payments and adjustments of the caller's bookings, newest first.

    A customer gets what they pay, and the owner of a provider what its customers pay. `providerId` and `customerId`
    separate the two. The money of members of a salon is not shown to its manager; admins see everyone's in
    `GET /admin/transactions`. A pending payment is paid with the data of `GET /payments/{payment_id}`.
    """
    found = await queries.list_own_transactions(actor, transactions_page(params), replica_reads.transactions)
    return TransactionsJson.of(found, params.limit, transaction_json, lambda move: move.id)
