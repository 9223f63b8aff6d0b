"""Services that take whole days."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0246"
down_revision: str | Sequence[str] | None = "0253"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("services", sa.Column("whole_days", sa.Boolean(), nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    op.drop_column("services", "whole_days")
