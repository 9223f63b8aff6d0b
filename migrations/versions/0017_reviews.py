"""Reviews, and the rating of a provider.

Expand only: the columns of `providers` have defaults, so the previous version keeps working.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | Sequence[str] | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("provider_user_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hide_reason", sa.Text(), nullable=True),
        sa.Column("hide_note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('published', 'hidden')", name=op.f("reviews_status_check")),
        sa.CheckConstraint(
            "hide_reason IN ('spam', 'abuse', 'personal_data', 'fake', 'other')", name=op.f("reviews_hide_reason_check")
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("reviews_rating_check")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="reviews_booking_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="reviews_provider_id_fkey"),
        sa.ForeignKeyConstraint(["provider_user_id"], ["users.id"], name="reviews_provider_user_id_fkey"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="reviews_author_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="reviews_pkey"),
        sa.UniqueConstraint("booking_id", name="reviews_booking_id_key"),
    )
    op.create_index("reviews_author_id_id_idx", "reviews", ["author_id", "id"])
    op.create_index("reviews_provider_user_id_id_idx", "reviews", ["provider_user_id", "id"])
    published = sa.text("status = 'published'")
    op.create_index("reviews_published_idx", "reviews", ["provider_id", "id"], postgresql_where=published)
    op.create_index(
        "reviews_published_rating_idx", "reviews", ["provider_id", "rating", "id"], postgresql_where=published
    )
    op.add_column("providers", sa.Column("rating_count", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("providers", sa.Column("rating_total", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "providers",
        sa.Column(
            "rating_score",
            sa.BigInteger(),
            sa.Computed("1000000 * (20::bigint + rating_total) / (5 + rating_count)", persisted=True),
        ),
    )
    op.create_index("providers_status_rating_idx", "providers", ["status", "rating_score", "id"])


def downgrade() -> None:
    op.drop_index("providers_status_rating_idx", table_name="providers")
    op.drop_column("providers", "rating_score")
    op.drop_column("providers", "rating_total")
    op.drop_column("providers", "rating_count")
    op.drop_table("reviews")
