"""Times that a provider's side sets for a booking, and the start by which a cancellation is judged.

Expand only: the columns are null for existing bookings, whose times count as agreed.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | Sequence[str] | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INSTANTS = ("agreed_from", "agreed_until", "objection_deadline", "cancellation_start")
_CHECKS = {
    "rescheduled_by": "rescheduled_by IN ('provider', 'manager', 'admin')",
    "time_change": "num_nulls(rescheduled_by, agreed_from, agreed_until, objection_deadline) IN (0, 4)",
}


def upgrade() -> None:
    op.add_column("bookings", sa.Column("rescheduled_by", sa.Text(), nullable=True))
    for name in _INSTANTS:
        op.add_column("bookings", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"bookings_{name}_check"), "bookings", condition)


def downgrade() -> None:
    for name in _CHECKS:
        op.drop_constraint(op.f(f"bookings_{name}_check"), "bookings")
    for name in ("rescheduled_by", *_INSTANTS):
        op.drop_column("bookings", name)
