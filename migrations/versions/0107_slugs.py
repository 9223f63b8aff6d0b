"""Providers and salons are found by the last digits of their ids, with which slugs end."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0107"
down_revision: str | Sequence[str] | None = "0106"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table in ("providers", "salons"):
        op.create_index(f"{table}_tail_idx", table, [sa.text('"right"(id::text, 10)')])


def downgrade() -> None:
    for table in ("providers", "salons"):
        op.drop_index(f"{table}_tail_idx", table_name=table)
