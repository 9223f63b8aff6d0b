"""Marks of the members of salons among the words of their entries of search; parts are found by their entries."""

from collections.abc import Sequence

from alembic import op

revision: str = "0230"
down_revision: str | Sequence[str] | None = "0241"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MEMBERS = "provider_id IN (SELECT provider_id FROM search_terms WHERE kind = 'salon')"
_MARKS = "ARRAY['~m', '~m' || merit / 2, '~m1.' || merit / 8, '~m2.' || merit / 32, '~m3.' || merit / 128]"


def upgrade() -> None:
    op.execute(f"UPDATE search_entries SET words = words || array_to_tsvector({_MARKS}) WHERE {_MEMBERS}")  # noqa: S608 - constants
    with op.get_context().autocommit_block():
        op.create_index(
            "search_parts_price_idx", "search_parts", ["provider_id", "price"], postgresql_concurrently=True
        )
        op.drop_index("search_parts_words_idx", "search_parts", postgresql_concurrently=True)


def downgrade() -> None:
    op.create_index("search_parts_words_idx", "search_parts", ["words"], postgresql_using="gin")
    op.drop_index("search_parts_price_idx", "search_parts")
    op.execute(f"UPDATE search_entries SET words = ts_delete(words, {_MARKS}) WHERE {_MEMBERS}")  # noqa: S608 - constants
