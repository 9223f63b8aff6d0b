"""The length that a provider offers, and terms that are offered for a booking's own time."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0097"
down_revision: str | Sequence[str] | None = "0096"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("offered_minutes", sa.Integer()))
    op.add_column("bookings", sa.Column("offered_until", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE bookings SET offered_minutes = extract(epoch FROM ends_at - starts_at) / 60"
        " WHERE offered_price_amount IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("bookings_offered_scope_check"),
        "bookings",
        "num_nulls(offered_price_amount, offered_deposit_amount, offered_minutes) IN (0, 3)"
        " AND (offered_until IS NULL OR offered_minutes > 0)",
    )
    op.create_index(
        "bookings_offered_until_idx",
        "bookings",
        ["offered_until"],
        postgresql_where=sa.text("offered_until IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("bookings_offered_until_idx", "bookings")
    op.drop_constraint(op.f("bookings_offered_scope_check"), "bookings")
    op.drop_column("bookings", "offered_until")
    op.drop_column("bookings", "offered_minutes")
