"""What of a booking's refunds goes back by a decision, and so is not due again.

The refunds of earlier disputes, cancellations and missed appointments count from now on. Two kinds of refunds were
stored as cancellations and are none. What went back because a booking expired is a late payment: the booking can still
be revived, and then all of its price is due. Without a cancelled booking it is an overpayment (before 0024 there were
no reasons).

Not expand only: the previous version refunds without conceding, and asks for the money again, so stop it first.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0078"
down_revision: str | Sequence[str] | None = "0087"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OF_EXPIRED = """
    UPDATE refunds SET reason = '{new}' FROM booking_events
    WHERE refunds.reason = '{old}' AND booking_events.booking_id = refunds.booking_id
        AND booking_events.to_status = 'expired' AND booking_events.type = 'expired'
        AND booking_events.at = refunds.created_at
"""
_NEVER_CANCELLED = """
    UPDATE refunds SET reason = 'overpayment' WHERE reason = 'cancellation' AND NOT EXISTS (
        SELECT FROM booking_events WHERE booking_events.booking_id = refunds.booking_id
            AND booking_events.to_status = 'cancelled' AND booking_events.at <= refunds.created_at
    )
"""


def upgrade() -> None:
    op.add_column("bookings", sa.Column("conceded_amount", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(_OF_EXPIRED.format(old="cancellation", new="late_payment"))
    op.execute(_NEVER_CANCELLED)
    op.execute(
        "UPDATE bookings SET conceded_amount = decided.amount FROM"
        " (SELECT booking_id, sum(amount) AS amount FROM refunds"
        " WHERE reason IN ('cancellation', 'no_show', 'dispute') GROUP BY booking_id) AS decided"
        " WHERE bookings.id = decided.booking_id"
    )
    op.create_check_constraint(
        op.f("bookings_conceded_check"),
        "bookings",
        "0 <= conceded_amount AND conceded_amount <= refunded_amount + refund_pending_amount",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("bookings_conceded_check"), "bookings")
    op.drop_column("bookings", "conceded_amount")
    op.execute(_OF_EXPIRED.format(old="late_payment", new="cancellation"))
