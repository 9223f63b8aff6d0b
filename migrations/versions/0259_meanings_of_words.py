"""What the words of search mean: of which words of the same text they are other spellings.

The worker stores them with each entry, which is written anew every day; `search-index --rebuild` does it at once.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0259"
down_revision: str | Sequence[str] | None = "0268"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("search_words", sa.Column("means", postgresql.ARRAY(sa.Text())))


def downgrade() -> None:
    op.drop_column("search_words", "means")
