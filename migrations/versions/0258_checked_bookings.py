"""The brief checks of bookings and claims hold for all rows."""

from collections.abc import Sequence

from alembic import op

revision: str = "0258"
down_revision: str | Sequence[str] | None = "0257"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BOOKINGS = (
    "origin",
    "status",
    "payment_attempt",
    "disputed_from",
    "rescheduled_by",
    "time_change",
    "offered_scope",
    "amounts",
)


def upgrade() -> None:
    op.execute("ALTER TABLE claims VALIDATE CONSTRAINT claims_kind_check")
    for name in _BOOKINGS:
        op.execute(f"ALTER TABLE bookings VALIDATE CONSTRAINT bookings_{name}_check")


def downgrade() -> None:
    pass
