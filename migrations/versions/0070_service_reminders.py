"""Reminders of services. Expand only."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0070"
down_revision: str | Sequence[str] | None = "0069"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("services", sa.Column("reminder_minutes", ARRAY(sa.Integer())))


def downgrade() -> None:
    op.drop_column("services", "reminder_minutes")
