"""Desk payments, what a booking has of them, and a payment status that counts them.

Expand only: bookings without desk payments keep their payment status. The generated column is computed again, so the
table `bookings` is locked while it is rewritten.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | Sequence[str] | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PAYMENT_STATUS = """
    CASE
        WHEN refunded_amount > 0 AND refunded_amount = paid_amount THEN 'refunded'
        WHEN refunded_amount > 0 THEN 'partially_refunded'
        WHEN {paid} > 0 AND deposit_amount <= {paid} THEN 'paid'
        WHEN payment_attempt = 'started' THEN 'pending'
        WHEN payment_attempt = 'failed' THEN 'failed'
        ELSE 'unpaid'
    END
"""
_OUTDATED = "earnings_version IS DISTINCT FROM version"


def upgrade() -> None:
    op.add_column("bookings", sa.Column("desk_paid_amount", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_check_constraint(op.f("bookings_desk_paid_check"), "bookings", "0 <= desk_paid_amount")
    _compute_status("paid_amount + desk_paid_amount")
    _index_outdated(f"(paid_amount > 0 OR desk_paid_amount > 0 OR earnings_version IS NOT NULL) AND {_OUTDATED}")
    op.create_table(
        "desk_payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by_role", sa.Text(), nullable=False),
        sa.Column("voided_by_id", sa.Uuid(), nullable=True),
        sa.Column("voided_by_role", sa.Text(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("method IN ('cash', 'card')", name=op.f("desk_payments_method_check")),
        sa.CheckConstraint("status IN ('recorded', 'voided')", name=op.f("desk_payments_status_check")),
        sa.CheckConstraint("amount > 0", name=op.f("desk_payments_amount_check")),
        sa.CheckConstraint("(status = 'voided') = (voided_at IS NOT NULL)", name=op.f("desk_payments_voided_check")),
        sa.CheckConstraint(
            "num_nulls(voided_by_id, voided_by_role, voided_at) IN (0, 3)", name=op.f("desk_payments_voided_by_check")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="desk_payments_booking_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="desk_payments_pkey"),
    )
    op.create_index("desk_payments_booking_id_idx", "desk_payments", ["booking_id"])
    op.create_index("desk_payments_created_at_idx", "desk_payments", ["created_at"])
    op.create_index("desk_payments_amount_idx", "desk_payments", ["currency", "amount", "id"])


def downgrade() -> None:
    op.drop_table("desk_payments")
    _index_outdated(f"paid_amount > 0 AND {_OUTDATED}")
    _compute_status("paid_amount")
    op.drop_constraint(op.f("bookings_desk_paid_check"), "bookings")
    op.drop_column("bookings", "desk_paid_amount")


def _compute_status(paid: str) -> None:
    status = sa.Computed(_PAYMENT_STATUS.format(paid=paid), persisted=True)
    op.drop_column("bookings", "payment_status")
    op.add_column("bookings", sa.Column("payment_status", sa.Text(), status))


def _index_outdated(where: str) -> None:
    op.drop_index("bookings_earnings_outdated_idx", table_name="bookings")
    op.create_index(
        "bookings_earnings_outdated_idx", "bookings", ["provider_id", "id"], postgresql_where=sa.text(where)
    )
