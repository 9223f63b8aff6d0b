"""The rating of a provider in the entry of search, so that no profile is read to find the best rated.

And words that are not compressed: those of 300 entries are compared for each search by text. Entries are written anew
every day.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0156"
down_revision: str | Sequence[str] | None = "0172"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """No entry is written: the worker makes those without a score anew, and until then they are of unknown rating."""
    op.add_column("search_entries", sa.Column("score", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("search_entries", sa.Column("stars", sa.SmallInteger(), nullable=False, server_default="5"))
    op.execute("ALTER TABLE search_entries ALTER COLUMN words SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE search_entries ALTER COLUMN words SET STORAGE EXTENDED")
    op.drop_column("search_entries", "stars")
    op.drop_column("search_entries", "score")
