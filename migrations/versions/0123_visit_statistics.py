"""Statistics: the visits of customers, and how long providers are open."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0123"
down_revision: str | Sequence[str] | None = "0122"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "statistics_visits",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("visits", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "customer_id", "position", name="statistics_visits_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="statistics_visits_provider_id_fkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="statistics_visits_customer_id_fkey"),
    )
    op.create_index("statistics_visits_salon_id_idx", "statistics_visits", ["salon_id"])
    op.create_index("statistics_visits_customer_id_idx", "statistics_visits", ["customer_id"])
    op.create_table(
        "statistics_rosters",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "day", name="statistics_rosters_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="statistics_rosters_provider_id_fkey"),
    )
    op.create_index("statistics_rosters_salon_id_day_idx", "statistics_rosters", ["salon_id", "day"])


def downgrade() -> None:
    op.drop_table("statistics_rosters")
    op.drop_table("statistics_visits")
