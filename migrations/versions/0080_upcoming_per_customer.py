"""How many bookings to come one customer may have with a provider. Expand only: null is the platform's number."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0080"
down_revision: str | Sequence[str] | None = "0078"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("providers", sa.Column("max_upcoming_per_customer", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("providers", "max_upcoming_per_customer")
