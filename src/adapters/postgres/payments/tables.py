"""The tables `payments`, `refunds`, `desk_payments` and `adjustments`."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    null,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.bookings.tables import IS_PARTY, bookings
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, personal_data
from adapters.postgres.payments.transfers import clear_payee, transfer_columns
from booking_domain.payments.desk import DeskMethod, DeskPaymentStatus
from booking_domain.payments.model import Purpose
from booking_domain.payments.refunds import RefundMethod, RefundReason, RefundStatus
from booking_domain.payments.transitions import PaymentStatus


def _clear_gateway_payload(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    with_payload = table.c.raw_payload.is_not(None)
    return update(table).where(owned, with_payload).values(raw_payload=null(), version=table.c.version + 1)


def _clear_reasons(table: Table, _: ColumnElement[bool]) -> UpdateBase:
    """Clear the reasons that the provider's side gave, when either party is erased."""
    theirs = table.c.booking_id.in_(select(bookings.c.id).where(IS_PARTY))
    reasons = or_(table.c.void_reason.is_not(None), table.c.extra_reason.is_not(None))
    values = {"void_reason": null(), "extra_reason": null(), "version": table.c.version + 1}
    return update(table).where(theirs, reasons).values(values)


def _clear_reason(table: Table, _: ColumnElement[bool]) -> UpdateBase:
    """Clear the admin's reason when a party is erased."""
    theirs = table.c.booking_id.in_(select(bookings.c.id).where(IS_PARTY))
    return update(table).where(theirs, table.c.reason != "").values(reason="")


payments: Final = Table(
    "payments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False, index=True),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("settled_amount", BigInteger, nullable=False),
    Column("returned_amount", BigInteger, nullable=False, server_default=sql("0")),
    Column("authorise", Boolean, nullable=False, server_default=sql("false")),
    Column("authorised_amount", BigInteger, nullable=False, server_default=sql("0")),
    instant("authorised_at", nullable=True),
    Column("capture_amount", BigInteger),
    Column("capture_attempts", SmallInteger, nullable=False, server_default=sql("0")),
    instant("capture_at", nullable=True),
    Column("attempt", SmallInteger, nullable=False),
    instant("preparing_since", nullable=True),
    Column("invoice_reference", Text),
    Column("invoice", JSONB),
    Column("raw_payload", Text),
    instant("expires_at", nullable=True),
    instant("checked_at", nullable=True),
    instant("processed_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    one_of("purpose", Purpose),
    one_of("status", PaymentStatus),
    CheckConstraint(
        "amount > 0 AND settled_amount >= 0 AND returned_amount BETWEEN 0 AND settled_amount", name="amounts"
    ),
    CheckConstraint("(invoice IS NULL) = (invoice_reference IS NULL)", name="invoice"),
    CheckConstraint(
        "authorised_amount >= 0 AND capture_amount BETWEEN 0 AND authorised_amount"
        " AND (capture_at IS NULL OR status = 'authorised')",
        name="authorised",
    ),
    Index("payments_capture_idx", "capture_at", postgresql_where=sql("capture_at IS NOT NULL")),
    Index(
        "payments_gateway_authorised_at_idx",
        "gateway",
        "authorised_at",
        postgresql_where=sql("authorised_at IS NOT NULL"),
    ),
    Index("payments_gateway_processed_at_idx", "gateway", "processed_at"),
    Index("payments_invoice_reference_key", "invoice_reference", unique=True),
    Index("payments_created_at_idx", "created_at"),
    Index("payments_amount_idx", "currency", "amount", "id"),
    # A booking has at most one pending payment per purpose.
    Index(
        "payments_one_pending_key",
        "booking_id",
        "purpose",
        unique=True,
        postgresql_where=sql("status = 'pending'"),
    ),
    info=personal_data("booking_id", erase=_clear_gateway_payload, handover=Kept("accounting"), export="bookings"),
)

refunds: Final = Table(
    "refunds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False, index=True),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("gateway", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=RefundReason.CANCELLATION.value),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("method", Text),
    Column("payment_id", Uuid, ForeignKey("payments.id")),
    Column("attempts", SmallInteger, nullable=False, server_default=sql("0")),
    instant("retry_at", nullable=True),
    *transfer_columns("refunds"),
    one_of("status", RefundStatus),
    one_of("reason", RefundReason),
    one_of("method", RefundMethod),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint(
        "retry_at IS NULL OR (status = 'refund_pending' AND method = 'gateway' AND approved_at IS NULL)",
        name="retry",
    ),
    Index("refunds_created_at_idx", "created_at"),
    Index("refunds_amount_idx", "currency", "amount", "id"),
    # One transfer of the bank pays one refund.
    Index("refunds_bank_reference_key", "bank_reference", unique=True),
    Index("refunds_retry_idx", "retry_at", postgresql_where=sql("retry_at IS NOT NULL")),
    Index("refunds_pending_idx", "id", postgresql_where=sql("status = 'refund_pending'")),
    info=personal_data(
        "booking_id",
        erase=clear_payee,
        handover=Kept("accounting: an admin has checked the payee of an approved one; others wait for a bank account"),
        export="bookings",
    ),
)

desk_payments: Final = Table(
    "desk_payments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False, index=True),
    Column("method", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("extra_amount", BigInteger, nullable=False, server_default=sql("0")),
    Column("extra_reason", Text),
    Column("tip_amount", BigInteger, nullable=False, server_default=sql("0")),
    Column("status", Text, nullable=False),
    Column("recorded_by_id", Uuid, nullable=False),
    Column("recorded_by_role", Text, nullable=False),
    Column("voided_by_id", Uuid),
    Column("voided_by_role", Text),
    instant("voided_at", nullable=True),
    Column("void_reason", Text),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    one_of("method", DeskMethod),
    one_of("status", DeskPaymentStatus),
    CheckConstraint("0 <= amount AND 0 <= tip_amount AND (0 < amount OR 0 < tip_amount)", name="amount"),
    CheckConstraint("0 <= extra_amount AND extra_amount <= amount", name="extra"),
    CheckConstraint("(status = 'voided') = (voided_at IS NOT NULL)", name="voided"),
    CheckConstraint("num_nulls(voided_by_id, voided_by_role, voided_at) IN (0, 3)", name="voided_by"),
    Index("desk_payments_created_at_idx", "created_at"),
    Index("desk_payments_amount_idx", "currency", "amount", "id"),
    info=personal_data("booking_id", erase=_clear_reasons, handover=Kept("accounting"), export="bookings"),
)

adjustments: Final = Table(
    "adjustments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False, index=True),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by_id", Uuid, nullable=False),
    Column("by_role", Text, nullable=False),
    instant("created_at"),
    CheckConstraint("amount <> 0", name="amount"),
    Index("adjustments_created_at_idx", "created_at"),
    Index("adjustments_amount_idx", "currency", sql("abs(amount)"), "id"),
    info=personal_data("booking_id", erase=_clear_reason, handover=Kept("accounting"), export="bookings"),
)
