"""Authorised payments, what a booking has of them, and a payment status that counts them.

Expand only: no existing payment is authorised, and bookings keep their payment status. The generated column is computed
again, so the table `bookings` is locked while it is rewritten.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0051"
down_revision: str | Sequence[str] | None = "0050"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PAYMENT_STATUS = """
    CASE
        WHEN refunded_amount > 0 AND refunded_amount = paid_amount THEN 'refunded'
        WHEN refunded_amount > 0 THEN 'partially_refunded'
        WHEN paid_amount + desk_paid_amount > 0
            AND deposit_amount <= paid_amount + desk_paid_amount{released}
            THEN 'paid'{authorised}
        WHEN payment_attempt = 'started' THEN 'pending'
        WHEN payment_attempt = 'failed' THEN 'failed'
        ELSE 'unpaid'
    END
"""
_AUTHORISED = """
        WHEN authorised_amount > 0
            AND deposit_amount <= paid_amount + desk_paid_amount + released_amount + authorised_amount
            THEN 'authorised'
        WHEN released_amount > 0 AND paid_amount + desk_paid_amount + authorised_amount = 0
            THEN 'released'"""
_BEFORE = ("pending", "paid", "failed", "cancelled")
_AFTER = ("pending", "authorised", "paid", "failed", "cancelled", "released")


def upgrade() -> None:
    for name in ("authorised_amount", "released_amount"):
        op.add_column("bookings", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.create_check_constraint(
        op.f("bookings_authorised_check"), "bookings", "0 <= authorised_amount AND 0 <= released_amount"
    )
    _compute_status(_PAYMENT_STATUS.format(released=" + released_amount", authorised=_AUTHORISED))
    op.add_column("payments", sa.Column("authorise", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column(
        "payments", sa.Column("authorised_amount", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("payments", sa.Column("authorised_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payments", sa.Column("capture_amount", sa.BigInteger(), nullable=True))
    op.add_column(
        "payments", sa.Column("capture_attempts", sa.SmallInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("payments", sa.Column("capture_at", sa.DateTime(timezone=True), nullable=True))
    _allow_statuses(_AFTER)
    op.create_check_constraint(
        op.f("payments_authorised_check"),
        "payments",
        "authorised_amount >= 0 AND capture_amount BETWEEN 0 AND authorised_amount"
        " AND (capture_at IS NULL OR status = 'authorised')",
    )
    op.create_index(
        "payments_capture_idx", "payments", ["capture_at"], postgresql_where=sa.text("capture_at IS NOT NULL")
    )
    op.create_index(
        "payments_gateway_authorised_at_idx",
        "payments",
        ["gateway", "authorised_at"],
        postgresql_where=sa.text("authorised_at IS NOT NULL"),
    )
    op.add_column("providers", sa.Column("deposit_mode", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("providers_deposit_mode_check"), "providers", "deposit_mode IN ('charged', 'authorised')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("providers_deposit_mode_check"), "providers")
    op.drop_column("providers", "deposit_mode")
    op.drop_index("payments_gateway_authorised_at_idx", table_name="payments")
    op.drop_index("payments_capture_idx", table_name="payments")
    op.drop_constraint(op.f("payments_authorised_check"), "payments")
    _allow_statuses(_BEFORE)
    for name in ("capture_at", "capture_attempts", "capture_amount", "authorised_at", "authorised_amount", "authorise"):
        op.drop_column("payments", name)
    _compute_status(_PAYMENT_STATUS.format(released="", authorised=""))
    op.drop_constraint(op.f("bookings_authorised_check"), "bookings")
    op.drop_column("bookings", "released_amount")
    op.drop_column("bookings", "authorised_amount")


def _compute_status(status: str) -> None:
    op.drop_column("bookings", "payment_status")
    op.add_column("bookings", sa.Column("payment_status", sa.Text(), sa.Computed(status, persisted=True)))


def _allow_statuses(statuses: Sequence[str]) -> None:
    op.drop_constraint(op.f("payments_status_check"), "payments")
    allowed = ", ".join(f"'{status}'" for status in statuses)
    op.create_check_constraint(op.f("payments_status_check"), "payments", f"status IN ({allowed})")
