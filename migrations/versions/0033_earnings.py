"""Providers' accounts: commission rates, entries and payouts; and the bank's references of all transfers.

Expand only: nothing that exists changes its meaning. The entries of earlier bookings are added by the worker.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | Sequence[str] | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "commission_rates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("basis_points", sa.Integer(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name=op.f("commission_rates_basis_points_check")),
        sa.CheckConstraint(
            "provider_id IS NOT NULL OR basis_points IS NOT NULL", name=op.f("commission_rates_platform_check")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="commission_rates_provider_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="commission_rates_pkey"),
    )
    op.create_index("commission_rates_provider_id_since_idx", "commission_rates", ["provider_id", "since"])
    op.create_table(
        "provider_payouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payee_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("bank_reference", sa.Text(), nullable=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'paid', 'cancelled')", name=op.f("provider_payouts_status_check")),
        sa.CheckConstraint("amount > 0", name=op.f("provider_payouts_amount_check")),
        sa.CheckConstraint(
            "(status = 'paid') = (bank_reference IS NOT NULL)", name=op.f("provider_payouts_paid_check")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="provider_payouts_provider_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="provider_payouts_pkey"),
    )
    op.create_index("provider_payouts_provider_id_id_idx", "provider_payouts", ["provider_id", "id"])
    op.create_index("provider_payouts_amount_idx", "provider_payouts", ["currency", "amount", "id"])
    op.create_index("provider_payouts_created_at_idx", "provider_payouts", ["created_at"])
    op.create_index(
        "provider_payouts_pending_idx",
        "provider_payouts",
        ["provider_id"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "earnings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("payout_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("desk", sa.BigInteger(), nullable=False),
        sa.Column("commission", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('booking', 'payout')", name=op.f("earnings_kind_check")),
        sa.CheckConstraint("(kind = 'booking') = (booking_id IS NOT NULL)", name=op.f("earnings_booking_check")),
        sa.CheckConstraint("(kind = 'payout') = (payout_id IS NOT NULL)", name=op.f("earnings_payout_check")),
        sa.CheckConstraint("kind = 'payout' OR amount = kept - commission", name=op.f("earnings_amount_check")),
        sa.CheckConstraint(
            "kind = 'booking' OR (kept = 0 AND desk = 0 AND commission = 0)", name=op.f("earnings_no_share_check")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="earnings_provider_id_fkey"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="earnings_booking_id_fkey"),
        sa.ForeignKeyConstraint(["payout_id"], ["provider_payouts.id"], name="earnings_payout_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="earnings_pkey"),
    )
    op.create_index("earnings_booking_id_idx", "earnings", ["booking_id"])
    op.create_index("earnings_payout_id_idx", "earnings", ["payout_id"])
    op.create_index("earnings_provider_id_id_idx", "earnings", ["provider_id", "id"])
    op.create_index("earnings_provider_id_currency_at_idx", "earnings", ["provider_id", "currency", "at"])
    op.create_table(
        "bank_references",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name="bank_references_pkey"),
        sa.UniqueConstraint("transfer_id", name="bank_references_transfer_id_key"),
    )
    op.execute(
        "INSERT INTO bank_references (reference, transfer_id) "
        "SELECT bank_reference, id FROM refunds WHERE bank_reference IS NOT NULL"
    )
    op.add_column("bookings", sa.Column("earnings_version", sa.Integer(), nullable=True))
    op.create_index(
        "bookings_earnings_outdated_idx",
        "bookings",
        ["provider_id", "id"],
        postgresql_where=sa.text("paid_amount > 0 AND earnings_version IS DISTINCT FROM version"),
    )


def downgrade() -> None:
    op.drop_index("bookings_earnings_outdated_idx", table_name="bookings")
    op.drop_column("bookings", "earnings_version")
    for table in ("bank_references", "earnings", "provider_payouts", "commission_rates"):
        op.drop_table(table)
