"""The pending refunds of a booking, and its payment status computed from its totals.

Not expand only: the previous version sets the payment status, so stop it first.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | Sequence[str] | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PAYMENT_STATUS = """
    CASE
        WHEN refunded_amount > 0 AND refunded_amount = paid_amount THEN 'refunded'
        WHEN refunded_amount > 0 THEN 'partially_refunded'
        WHEN paid_amount > 0 AND deposit_amount <= paid_amount THEN 'paid'
        WHEN payment_attempt = 'started' THEN 'pending'
        WHEN payment_attempt = 'failed' THEN 'failed'
        ELSE 'unpaid'
    END
"""
_STATUSES = "'unpaid', 'pending', 'paid', 'failed', 'partially_refunded', 'refunded'"


def upgrade() -> None:
    op.add_column("bookings", sa.Column("payment_attempt", sa.Text(), nullable=False, server_default="none"))
    op.add_column("bookings", sa.Column("refund_pending_amount", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE bookings SET payment_attempt = CASE payment_status WHEN 'pending' THEN 'started' ELSE 'failed' END"
        " WHERE payment_status IN ('pending', 'failed')"
    )
    op.execute(
        "UPDATE bookings SET refund_pending_amount = pending.amount FROM"
        " (SELECT booking_id, sum(amount) AS amount FROM refunds WHERE status = 'refund_pending' GROUP BY booking_id)"
        " AS pending WHERE bookings.id = pending.booking_id"
    )
    op.drop_column("bookings", "payment_status")
    op.add_column("bookings", sa.Column("payment_status", sa.Text(), sa.Computed(_PAYMENT_STATUS, persisted=True)))
    op.create_check_constraint(
        op.f("bookings_payment_attempt_check"), "bookings", "payment_attempt IN ('none', 'started', 'failed')"
    )
    op.drop_constraint(op.f("bookings_refunded_check"), "bookings")
    op.create_check_constraint(
        op.f("bookings_refunded_check"),
        "bookings",
        "0 <= refunded_amount AND 0 <= refund_pending_amount"
        " AND refunded_amount + refund_pending_amount <= paid_amount",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("bookings_refunded_check"), "bookings")
    op.create_check_constraint(
        op.f("bookings_refunded_check"), "bookings", "0 <= refunded_amount AND refunded_amount <= paid_amount"
    )
    op.alter_column("bookings", "payment_status", new_column_name="computed_status")
    op.add_column("bookings", sa.Column("payment_status", sa.Text(), nullable=True))
    op.execute("UPDATE bookings SET payment_status = computed_status")
    op.alter_column("bookings", "payment_status", nullable=False)
    op.drop_column("bookings", "computed_status")
    op.create_check_constraint(op.f("bookings_payment_status_check"), "bookings", f"payment_status IN ({_STATUSES})")
    op.drop_column("bookings", "refund_pending_amount")
    op.drop_constraint(op.f("bookings_payment_attempt_check"), "bookings")
    op.drop_column("bookings", "payment_attempt")
