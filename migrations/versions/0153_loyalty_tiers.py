"""Tiers of loyalty programmes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0153"
down_revision: str | Sequence[str] | None = "0143"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "loyalty_programmes"


def upgrade() -> None:
    empty = sa.text("'[]'::jsonb")
    op.add_column(_TABLE, sa.Column("tiers", postgresql.JSONB(), nullable=False, server_default=empty))
    op.add_column(_TABLE, sa.Column("tier_grace_days", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    op.drop_column(_TABLE, "tier_grace_days")
    op.drop_column(_TABLE, "tiers")
