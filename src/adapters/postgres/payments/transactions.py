"""Payments, refunds, desk payments and adjustments in one list, with the names of the parties."""

from typing import Any, Final

from sqlalchemy import BigInteger, Text, bindparam, case, cast, func, literal, null, or_, select, union_all

from adapters.postgres.bookings.tables import bookings, walk_ins
from adapters.postgres.bookings.walk_ins import CUSTOMER_ID, CUSTOMER_NAME, is_customer, is_searched, searched
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.tables import users
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.listing import amount_chosen_by, chosen_by, one_of, pages, parameters
from adapters.postgres.kit.statements import if_given
from adapters.postgres.kit.work import Row
from adapters.postgres.payments.tables import adjustments, desk_payments, payments, refunds
from booking_domain.payments.desk import DeskPaymentStatus
from booking_domain.payments.model import Purpose
from booking_domain.payments.refunds import RefundReason, RefundStatus
from booking_domain.shared.ids import BookingId, CustomerId, ProviderId
from booking_domain.shared.money import Money
from booking_domain.use_cases.platform.listings import (
    MoneyOrder,
    Transaction,
    TransactionFilter,
    TransactionReads,
    TransactionStatus,
    TransactionType,
)

_p: Final = payments.c
_r: Final = refunds.c
_d: Final = desk_payments.c
_a: Final = adjustments.c
_NO_TEXT: Final = cast(null(), Text)
_NOTHING: Final = cast(literal(0), BigInteger)


def _type(kind: TransactionType) -> Any:
    return cast(literal(kind.value), Text)


MOVES: Final = union_all(
    select(
        _p.id,
        _type(TransactionType.PAYMENT).label("type"),
        _p.booking_id,
        _p.gateway,
        _p.status,
        _p.purpose,
        _NO_TEXT.label("reason"),
        _NO_TEXT.label("note"),
        _p.currency,
        _p.amount,
        _p.settled_amount.label("moved"),
        _NOTHING.label("tip"),
        _p.invoice_reference.label("external"),
        _p.created_at,
        _p.processed_at,
    ),
    select(
        _r.id,
        _type(TransactionType.REFUND),
        _r.booking_id,
        _r.gateway,
        _r.status,
        _NO_TEXT,
        _r.reason,
        _NO_TEXT,
        _r.currency,
        _r.amount,
        case((_r.status == RefundStatus.REFUNDED.value, _r.amount), else_=_NOTHING),
        _NOTHING,
        _r.bank_reference,
        _r.created_at,
        _r.processed_at,
    ),
    select(
        _d.id,
        _type(TransactionType.DESK_PAYMENT),
        _d.booking_id,
        _d.method,
        _d.status,
        _NO_TEXT,
        _NO_TEXT,
        _NO_TEXT,
        _d.currency,
        _d.amount,
        case((_d.status == DeskPaymentStatus.RECORDED.value, _d.amount), else_=_NOTHING),
        _d.tip_amount,
        _NO_TEXT,
        _d.created_at,
        func.coalesce(_d.voided_at, _d.created_at),
    ),
    select(
        _a.id,
        case((_a.amount > 0, _type(TransactionType.ADDITION)), else_=_type(TransactionType.DEDUCTION)),
        _a.booking_id,
        cast(literal(""), Text),
        cast(literal(TransactionStatus.RECORDED.value), Text),
        _NO_TEXT,
        _NO_TEXT,
        _a.reason,
        _a.currency,
        func.abs(_a.amount),
        func.abs(_a.amount),
        _NOTHING,
        _NO_TEXT,
        _a.created_at,
        _a.created_at,
    ),
).subquery("moves")
"""All movements of money, and adjustments: the type, the booking, and what moved when."""
_m: Final = MOVES.c
_LISTED: Final = (
    select(
        *_m,
        bookings.c.reference,
        bookings.c.provider_id,
        providers.c.display_name,
        CUSTOMER_ID,
        CUSTOMER_NAME,
    )
    .select_from(
        MOVES.join(bookings, bookings.c.id == _m.booking_id)
        .join(providers, providers.c.id == bookings.c.provider_id)
        .join(users, users.c.id == bookings.c.customer_id)
        .outerjoin(walk_ins, walk_ins.c.booking_id == bookings.c.id)
    )
    .where(
        one_of("statuses", _m.status),
        if_given("type", _m.type, _m.type == bindparam("type")),
        if_given("gateway", _m.gateway, _m.gateway == bindparam("gateway")),
        *chosen_by(bookings, _m.created_at, is_customer(bindparam("customer_id", type_=bookings.c.id.type))),
        *amount_chosen_by(_m.amount),
        is_searched(_m.external),
    )
)
_PARTY: Final = bindparam("party_id", type_=bookings.c.id.type)
_OF_PARTY: Final = or_(bookings.c.customer_id == _PARTY, bookings.c.provider_user_id == _PARTY)
_PAGES: Final = pages(_LISTED, MOVES, MoneyOrder)
_PAGES_OF_PARTY: Final = pages(_LISTED.where(_OF_PARTY), MOVES, MoneyOrder)


class PostgresTransactionReads(WithCipher, TransactionReads):
    """`TransactionReads` of the four tables with `bookings` and the names in `providers`, `users` and `walk_ins`."""

    async def page(self, criteria: TransactionFilter) -> list[Transaction]:
        pages_of = _PAGES if criteria.party_id is None else _PAGES_OF_PARTY
        return await self._work.each(
            _transaction, pages_of[criteria.order], **parameters(criteria), **searched(criteria.text, self._cipher)
        )


def _transaction(row: Row) -> Transaction:
    (id_, kind, booking_id, gateway, status, purpose, reason, note, currency, amount, moved, *more) = row
    tip, external, created_at, processed_at, reference, provider_id, provider_name, customer_id, customer_name = more
    return Transaction(
        id=id_,
        type=TransactionType(kind),
        status=TransactionStatus(status),
        booking_id=BookingId(booking_id),
        booking_reference=reference,
        provider_id=ProviderId(provider_id),
        provider_name=provider_name,
        customer_id=CustomerId(customer_id),
        customer_name=customer_name,
        gateway=gateway,
        purpose=None if purpose is None else Purpose(purpose),
        reason=None if reason is None else RefundReason(reason),
        note=note,
        amount=Money(amount=amount, currency=currency),
        moved=Money(amount=moved, currency=currency),
        tip=Money(amount=tip, currency=currency),
        reference=external,
        created_at=created_at,
        processed_at=processed_at,
    )
