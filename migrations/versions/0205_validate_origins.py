"""The checks of origins of bookings, and of channels of statistics."""

from collections.abc import Sequence

from alembic import op

revision: str = "0205"
down_revision: str | Sequence[str] | None = "0204"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table, name in (("bookings", "origin"), ("statistics_buckets", "channel"), ("statistics_days", "channel")):
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_{name}_check")


def downgrade() -> None:
    pass
