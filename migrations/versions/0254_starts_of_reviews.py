"""The start of the booking beside its review, which a trigger sets: also of what releases before this one write."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0254"
down_revision: str | Sequence[str] | None = "0246"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FUNCTION = """
CREATE FUNCTION set_start_of_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.visited_at := (SELECT starts_at FROM bookings WHERE id = NEW.booking_id);
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    op.add_column("reviews", sa.Column("visited_at", sa.DateTime(timezone=True)))
    op.execute(_FUNCTION)
    op.execute(
        "CREATE TRIGGER reviews_set_start BEFORE INSERT ON reviews FOR EACH ROW EXECUTE FUNCTION set_start_of_review()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER reviews_set_start ON reviews")
    op.execute("DROP FUNCTION set_start_of_review()")
    op.drop_column("reviews", "visited_at")
