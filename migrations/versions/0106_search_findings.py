"""What the nightly check of search found."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0106"
down_revision: str | Sequence[str] | None = "0105"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "search_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quarters", sa.SmallInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repaired", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="search_findings_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="search_findings_provider_id_fkey"),
        sa.CheckConstraint("kind IN ('missed_time', 'extra_time')", name=op.f("search_findings_kind_check")),
    )
    op.create_index("search_findings_provider_id_idx", "search_findings", ["provider_id"])
    op.create_index("search_findings_created_at_idx", "search_findings", ["created_at"])


def downgrade() -> None:
    op.drop_table("search_findings")
