"""Versions of calendars and of their feeds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Existing calendars have version 1; a new one gets version 1 when its settings are first saved.
    op.add_column("providers", sa.Column("calendar_version", sa.Integer(), server_default="1", nullable=False))
    op.alter_column("providers", "calendar_version", server_default="0")
    op.add_column("providers", sa.Column("feeds_version", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("providers", "feeds_version")
    op.drop_column("providers", "calendar_version")
