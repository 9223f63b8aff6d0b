"""How often the customer has rescheduled a booking."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0261"
down_revision: str | Sequence[str] | None = "0260"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("reschedules", sa.SmallInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("bookings", "reschedules")
