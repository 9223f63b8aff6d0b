"""Monthly reports that were announced, and the index by which subscribers are found."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0202"
down_revision: str | Sequence[str] | None = "0230"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "monthly_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="monthly_reports_pkey"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="monthly_reports_user_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="monthly_reports_provider_id_fkey"),
        sa.CheckConstraint("num_nonnulls(provider_id, salon_id) = 1", name="subject"),
    )
    op.create_index("monthly_reports_provider_id_idx", "monthly_reports", ["provider_id"])
    op.create_index(
        "monthly_reports_subject_key",
        "monthly_reports",
        ["user_id", "provider_id", "salon_id", "month"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    with op.get_context().autocommit_block():
        op.create_index(
            "users_monthly_report_idx",
            "users",
            ["id"],
            postgresql_where=sa.text("(preferences ->> 'monthly_report') = 'true'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("users_monthly_report_idx", "users")
    op.drop_table("monthly_reports")
