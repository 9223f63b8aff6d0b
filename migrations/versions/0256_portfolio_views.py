"""Views of portfolio items, counted by day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0256"
down_revision: str | Sequence[str] | None = "0255"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "portfolio_views",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "day", "item_id", name="portfolio_views_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="portfolio_views_provider_id_fkey"),
    )


def downgrade() -> None:
    op.drop_table("portfolio_views")
