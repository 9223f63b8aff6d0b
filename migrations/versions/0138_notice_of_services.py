"""The notice and the horizon of a service."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0138"
down_revision: str | Sequence[str] | None = "0137"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("services", sa.Column("min_notice_minutes", sa.Integer()))
    op.add_column("services", sa.Column("horizon_days", sa.SmallInteger()))


def downgrade() -> None:
    op.drop_column("services", "horizon_days")
    op.drop_column("services", "min_notice_minutes")
