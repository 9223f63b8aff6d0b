"""Which providers have customers in common, and how many customers each had lately."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0111"
down_revision: str | Sequence[str] | None = "0110"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "similar_providers",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("thousandths", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "other_id", name="similar_providers_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="similar_providers_provider_id_fkey"),
        sa.ForeignKeyConstraint(["other_id"], ["providers.id"], name="similar_providers_other_id_fkey"),
    )
    op.create_table(
        "popular_providers",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name="popular_providers_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="popular_providers_provider_id_fkey"),
    )
    op.create_index("popular_providers_customers_idx", "popular_providers", ["customers"])


def downgrade() -> None:
    op.drop_table("popular_providers")
    op.drop_table("similar_providers")
