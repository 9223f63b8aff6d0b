"""The price and the deposit that a provider offers with other times."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0093"
down_revision: str | Sequence[str] | None = "0092"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("offered_price_amount", sa.BigInteger()))
    op.add_column("bookings", sa.Column("offered_deposit_amount", sa.BigInteger()))
    op.create_check_constraint(
        op.f("bookings_offered_check"),
        "bookings",
        "0 <= offered_deposit_amount AND offered_deposit_amount <= offered_price_amount",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("bookings_offered_check"), "bookings")
    op.drop_column("bookings", "offered_deposit_amount")
    op.drop_column("bookings", "offered_price_amount")
