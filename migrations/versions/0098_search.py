"""What providers are found by: entries, terms and words."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0098"
down_revision: str | Sequence[str] | None = "0097"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "search_entries",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("styles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("lat", sa.Double()),
        sa.Column("lon", sa.Double()),
        sa.Column("price_from", sa.BigInteger()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("quickest", sa.Uuid()),
        sa.Column("free_since", sa.Date(), nullable=False),
        sa.Column("free", postgresql.BIT(2976), nullable=False),
        sa.Column("reliability", sa.SmallInteger(), nullable=False),
        sa.Column("completeness", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name="search_entries_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="search_entries_provider_id_fkey"),
    )
    op.create_index("search_entries_put_at_idx", "search_entries", ["put_at"])
    op.create_index("search_entries_words_idx", "search_entries", ["words"], postgresql_using="gin")
    op.create_index("search_entries_point_idx", "search_entries", [sa.text("point(lon, lat)")], postgresql_using="gist")
    op.create_table(
        "search_terms",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "kind", "term", name="search_terms_pkey"),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["search_entries.provider_id"],
            name="search_terms_provider_id_fkey",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "kind IN ('provider', 'salon', 'service', 'style', 'place')", name=op.f("search_terms_kind_check")
        ),
    )
    op.create_index("search_terms_words_idx", "search_terms", ["words"], postgresql_using="gin")
    op.create_table(
        "search_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", name="search_words_pkey"),
    )
    op.create_index(
        "search_words_word_idx",
        "search_words",
        ["word"],
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    op.create_index("search_words_prefix_idx", "search_words", ["word"], postgresql_ops={"word": "text_pattern_ops"})


def downgrade() -> None:
    op.drop_table("search_words")
    op.drop_table("search_terms")
    op.drop_table("search_entries")
    op.execute("DROP EXTENSION pg_trgm")
