"""The words by which most entries of search take their place in a rank, in the row itself.

The worker stores them with each entry, which is written anew every day; `search-index --rebuild` does it at once.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0270"
down_revision: str | Sequence[str] | None = "0263"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("search_entries", sa.Column("places", postgresql.TSVECTOR()))
    op.add_column("search_entries", sa.Column("places_version", sa.Text()))
    op.execute("ALTER TABLE search_entries ALTER COLUMN places SET STORAGE PLAIN")


def downgrade() -> None:
    op.drop_column("search_entries", "places_version")
    op.drop_column("search_entries", "places")
