"""The band of a provider's merit among the words by which it is found."""

from collections.abc import Sequence

from alembic import op

revision: str = "0110"
down_revision: str | Sequence[str] | None = "0109"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("UPDATE search_entries SET words = words || array_to_tsvector(ARRAY['~' || merit / 2])")


def downgrade() -> None:
    op.execute("UPDATE search_entries SET words = ts_delete(words, '~' || merit / 2)")
