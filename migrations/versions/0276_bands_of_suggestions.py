"""An index of the words of terms that many providers have, and of those that several have.

A suggestion shows the commonest terms: of a short beginning thousands were read to sort them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0276"
down_revision: str | Sequence[str] | None = "0275"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for least in (20, 2):
            op.create_index(
                f"search_suggestions_words_{least}_idx",
                "search_suggestions",
                ["words"],
                postgresql_using="gin",
                postgresql_where=sa.text(f"providers >= {least}"),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for least in (20, 2):
        op.drop_index(f"search_suggestions_words_{least}_idx", "search_suggestions")
