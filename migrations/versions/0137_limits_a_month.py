"""The most bookings of a provider a month and a year."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0137"
down_revision: str | Sequence[str] | None = "0136"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("providers", sa.Column("max_per_month", sa.Integer()))
    op.add_column("providers", sa.Column("max_per_year", sa.Integer()))


def downgrade() -> None:
    op.drop_column("providers", "max_per_year")
    op.drop_column("providers", "max_per_month")
