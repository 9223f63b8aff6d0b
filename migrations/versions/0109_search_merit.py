"""The merit of providers, by which search chooses whom it ranks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0109"
down_revision: str | Sequence[str] | None = "0108"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("search_entries", sa.Column("merit", sa.SmallInteger(), nullable=False, server_default="0"))
    op.execute(
        """
        UPDATE search_entries
        SET merit = least(200, greatest(0, rating_score - 3000000) / 10000) + reliability / 10 + completeness / 20
        FROM providers WHERE providers.id = provider_id
        """
    )
    op.alter_column("search_entries", "merit", server_default=None)
    op.create_index("search_entries_merit_idx", "search_entries", [sa.text("merit DESC"), "provider_id"])


def downgrade() -> None:
    op.drop_index("search_entries_merit_idx", "search_entries")
    op.drop_column("search_entries", "merit")
