"""The terms that searches suggest, each once, and how many providers have it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0260"
down_revision: str | Sequence[str] | None = "0259"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FILL = """
    INSERT INTO search_suggestions (kind, term, words, providers)
    SELECT kind, term, (array_agg(words))[1], count(*) FROM search_terms GROUP BY kind, term
"""


def upgrade() -> None:
    op.create_table(
        "search_suggestions",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("providers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "term", name="search_suggestions_pkey"),
        sa.CheckConstraint(
            "kind IN ('provider', 'salon', 'service', 'style', 'place')", name=op.f("search_suggestions_kind_check")
        ),
    )
    op.create_index("search_suggestions_words_idx", "search_suggestions", ["words"], postgresql_using="gin")
    op.execute(_FILL)
    with op.get_context().autocommit_block():
        op.create_index("search_terms_term_idx", "search_terms", ["kind", "term"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("search_terms_term_idx", "search_terms")
    op.drop_table("search_suggestions")
