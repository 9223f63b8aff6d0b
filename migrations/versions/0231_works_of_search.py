"""Marks of those who have works among the words of their entries of search."""

from collections.abc import Sequence

from alembic import op

revision: str = "0231"
down_revision: str | Sequence[str] | None = "0202"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WITH_WORKS = "provider_id IN (SELECT provider_id FROM search_parts WHERE kind = 'works')"


def upgrade() -> None:
    op.execute(f"UPDATE search_entries SET words = words || array_to_tsvector(ARRAY['~w']) WHERE {_WITH_WORKS}")  # noqa: S608 - constants


def downgrade() -> None:
    op.execute(f"UPDATE search_entries SET words = ts_delete(words, '~w') WHERE {_WITH_WORKS}")  # noqa: S608 - constants
