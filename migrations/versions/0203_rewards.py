"""Rewards of loyalty programmes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0203"
down_revision: str | Sequence[str] | None = "0242"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    column = sa.Column("rewards", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb"))
    op.add_column("loyalty_programmes", column)


def downgrade() -> None:
    op.drop_column("loyalty_programmes", "rewards")
