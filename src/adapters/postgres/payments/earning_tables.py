"""The tables of providers' accounts: commission rates, entries, payouts; and the bank's references of all transfers."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from adapters.postgres.payments.transfers import clear_payee, transfer_columns
from booking_domain.payments.earnings import EarningKind
from booking_domain.payments.provider_payouts import ProviderPayoutStatus


def _clear_reason(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Clear the admin's reason of an adjustment; amounts, times and ids of bookings stay."""
    return update(table).where(owned, table.c.reason.is_not(None)).values(reason="")


commission_rates: Final = Table(
    "commission_rates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id")),
    Column("basis_points", Integer),
    instant("since"),
    CheckConstraint("basis_points BETWEEN 0 AND 10000", name="basis_points"),
    CheckConstraint("provider_id IS NOT NULL OR basis_points IS NOT NULL", name="platform"),
    Index("commission_rates_provider_id_since_idx", "provider_id", "since"),
    info=personal_data(
        "provider_id",
        erase=Kept("a rate of the platform, which its accounts are computed with"),
        handover=Kept("a rate of the platform, which its accounts are computed with"),
        export=NotExported("`GET /providers/me/earnings` shows what the rate comes to"),
    ),
)
provider_payouts: Final = Table(
    "provider_payouts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    *transfer_columns("provider_payouts"),
    one_of("status", ProviderPayoutStatus),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("(status = 'paid') = (bank_reference IS NOT NULL)", name="paid"),
    Index("provider_payouts_provider_id_id_idx", "provider_id", "id"),
    Index("provider_payouts_amount_idx", "currency", "amount", "id"),
    Index("provider_payouts_created_at_idx", "created_at"),
    Index("provider_payouts_pending_idx", "provider_id", postgresql_where=sql("status = 'pending'")),
    info=personal_data(
        "provider_id",
        erase=clear_payee,
        handover=Kept(
            "money earned before: an admin has checked the payee of an approved one; others wait for a bank account"
        ),
        export="provider_payouts",
    ),
)
earnings: Final = Table(
    "earnings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), index=True),
    Column("payout_id", Uuid, ForeignKey("provider_payouts.id"), index=True),
    Column("currency", Text, nullable=False),
    Column("kept", BigInteger, nullable=False),
    Column("desk", BigInteger, nullable=False),
    Column("tips", BigInteger, nullable=False, server_default=sql("0")),
    Column("commission", BigInteger, nullable=False),
    # Discounts that the platform bears.
    Column("funded", BigInteger, nullable=False, server_default=sql("0")),
    Column("amount", BigInteger, nullable=False),
    Column("reason", Text),
    instant("at"),
    one_of("kind", EarningKind),
    CheckConstraint("(kind = 'booking') = (booking_id IS NOT NULL)", name="booking"),
    CheckConstraint("(kind = 'payout') = (payout_id IS NOT NULL)", name="payout"),
    CheckConstraint("kind <> 'booking' OR amount = kept + funded - commission", name="amount"),
    CheckConstraint(
        "kind = 'booking' OR (kept = 0 AND desk = 0 AND tips = 0 AND commission = 0 AND funded = 0)", name="no_share"
    ),
    CheckConstraint("(kind = 'adjustment') = (reason IS NOT NULL)", name="reason"),
    Index("earnings_provider_id_id_idx", "provider_id", "id"),
    # With the amount, so that the index alone gives a sum.
    Index("earnings_amounts_idx", "provider_id", "currency", "at", postgresql_include=["amount"]),
    info=personal_data("provider_id", erase=_clear_reason, handover=Kept("accounting"), export="earnings"),
)
bank_references: Final = Table(
    "bank_references",
    metadata,
    # One transfer of the bank pays one refund, or one payout to a provider.
    Column("reference", Text, primary_key=True),
    Column("transfer_id", Uuid, nullable=False, unique=True),
    info=personal_data(
        "transfer_id",
        erase=Kept("accounting: each reference pays one transfer, for good"),
        handover=Kept("accounting: each reference pays one transfer, for good"),
        export=NotExported("the refund or payout shows its reference"),
    ),
)
