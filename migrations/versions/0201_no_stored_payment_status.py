"""Bookings without a stored payment status: nobody read it, and each write of a booking had to parse its expression."""

from collections.abc import Sequence

from alembic import op

revision: str = "0201"
down_revision: str | Sequence[str] | None = "0156"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # No release reads or writes it.
    op.execute("-- squawk-ignore ban-drop-column\nALTER TABLE bookings DROP COLUMN payment_status")


def downgrade() -> None:
    op.execute(
        """
        ALTER TABLE bookings ADD COLUMN payment_status text GENERATED ALWAYS AS (
            CASE
                WHEN refunded_amount > 0 AND refunded_amount = paid_amount THEN 'refunded'
                WHEN refunded_amount > 0 THEN 'partially_refunded'
                WHEN paid_amount + desk_paid_amount > 0
                    AND deposit_amount <= paid_amount + desk_paid_amount + released_amount
                    THEN 'paid'
                WHEN authorised_amount > 0
                    AND deposit_amount <= paid_amount + desk_paid_amount + released_amount + authorised_amount
                    THEN 'authorised'
                WHEN released_amount > 0 AND paid_amount + desk_paid_amount + authorised_amount = 0 THEN 'released'
                WHEN payment_attempt = 'started' THEN 'pending'
                WHEN payment_attempt = 'failed' THEN 'failed'
                ELSE 'unpaid'
            END
        ) STORED
        """
    )
