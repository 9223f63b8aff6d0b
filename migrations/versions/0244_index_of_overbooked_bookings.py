"""The index of overbooked bookings, of which there are few."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0244"
down_revision: str | Sequence[str] | None = "0243"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "bookings_overbooked_provider_id_idx",
            "bookings",
            ["provider_id"],
            postgresql_where=sa.text("overbooked"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("bookings_overbooked_provider_id_idx", "bookings")
