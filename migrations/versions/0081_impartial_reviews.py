"""Held and partial reviews; one review of each author counts towards a provider's rating.

Expand: the new column has a default. The ratings are counted again under the new rule.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0081"
down_revision: str | Sequence[str] | None = "0076"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NEWEST_OF_EACH_AUTHOR = """
    SELECT DISTINCT ON (provider_id, author_id) provider_id, rating FROM reviews
    WHERE status = 'published' AND impartial ORDER BY provider_id, author_id, id DESC
"""
_PUBLISHED = "SELECT provider_id, rating FROM reviews WHERE status = 'published'"


def _recount(counted: str) -> None:
    op.execute(
        f"""
        UPDATE providers SET rating_count = rating.count, rating_total = rating.total, version = version + 1
        FROM (
            SELECT providers.id, count(counted.rating) AS count, coalesce(sum(counted.rating), 0) AS total
            FROM providers LEFT JOIN ({counted}) AS counted ON counted.provider_id = providers.id GROUP BY providers.id
        ) AS rating
        WHERE rating.id = providers.id
            AND (providers.rating_count, providers.rating_total) IS DISTINCT FROM (rating.count, rating.total)
        """  # noqa: S608 - of the two constants above
    )


def upgrade() -> None:
    op.add_column("reviews", sa.Column("impartial", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.drop_constraint(op.f("reviews_status_check"), "reviews", type_="check")
    op.create_check_constraint(op.f("reviews_status_check"), "reviews", "status IN ('held', 'published', 'hidden')")
    op.create_index("reviews_provider_id_created_at_idx", "reviews", ["provider_id", "created_at"])
    op.create_index(
        "reviews_counted_idx",
        "reviews",
        ["provider_id", "author_id", "id"],
        postgresql_where=sa.text("status = 'published' AND impartial"),
    )
    _recount(_NEWEST_OF_EACH_AUTHOR)


def downgrade() -> None:
    op.execute("UPDATE reviews SET status = 'hidden', hide_reason = 'other' WHERE status = 'held'")
    _recount(_PUBLISHED)
    op.drop_index("reviews_counted_idx", table_name="reviews")
    op.drop_index("reviews_provider_id_created_at_idx", table_name="reviews")
    op.drop_constraint(op.f("reviews_status_check"), "reviews", type_="check")
    op.create_check_constraint(op.f("reviews_status_check"), "reviews", "status IN ('published', 'hidden')")
    op.drop_column("reviews", "impartial")
