"""When providers are open, for search. The worker rebuilds all entries: only calendars have the hours."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BIT

revision: str = "0139"
down_revision: str | Sequence[str] | None = "0138"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    closed = sa.text("'0'::bit(2976)")
    op.add_column("search_entries", sa.Column("open_hours", BIT(2976), nullable=False, server_default=closed))
    op.execute("UPDATE search_entries SET version = ''")


def downgrade() -> None:
    op.drop_column("search_entries", "open_hours")
