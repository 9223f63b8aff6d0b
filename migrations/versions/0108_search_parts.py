"""What services and works are found by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0108"
down_revision: str | Sequence[str] | None = "0107"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "search_parts",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("labels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("price", sa.BigInteger()),
        sa.Column("currency", sa.Text()),
        sa.Column("minutes", sa.SmallInteger()),
        sa.PrimaryKeyConstraint("provider_id", "kind", "id", name="search_parts_pkey"),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["search_entries.provider_id"],
            name="search_parts_provider_id_fkey",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("kind IN ('services', 'works')", name=op.f("search_parts_kind_check")),
    )
    op.create_index("search_parts_words_idx", "search_parts", ["words"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("search_parts")
