"""The starts of reviews that were written before."""

from collections.abc import Sequence

from alembic import op

revision: str = "0255"
down_revision: str | Sequence[str] | None = "0254"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        "UPDATE reviews SET visited_at = bookings.starts_at FROM bookings"
        " WHERE bookings.id = reviews.booking_id AND reviews.visited_at IS NULL"
    )


def downgrade() -> None:
    pass
