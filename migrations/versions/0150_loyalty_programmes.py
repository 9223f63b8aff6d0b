"""Loyalty programmes, and accounts of points of salons."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0150"
down_revision: str | Sequence[str] | None = "0149"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ONE = "num_nonnulls(provider_id, salon_id) <= 1"


def upgrade() -> None:
    op.create_table(
        "loyalty_programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("per_amount", sa.BigInteger(), nullable=False),
        sa.Column("min_amount", sa.BigInteger(), nullable=False),
        sa.Column("most_points", sa.BigInteger()),
        sa.Column("excluded_service_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("review_points", sa.BigInteger(), nullable=False),
        sa.Column("point_value", sa.BigInteger(), nullable=False),
        sa.Column("expires_after_months", sa.SmallInteger()),
        sa.Column("active_after_days", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="loyalty_programmes_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="loyalty_programmes_provider_id_fkey"),
        sa.CheckConstraint(_ONE, name="issuer"),
    )
    op.create_index("loyalty_programmes_provider_id_id_idx", "loyalty_programmes", ["provider_id", "id"])
    op.create_index("loyalty_programmes_salon_id_id_idx", "loyalty_programmes", ["salon_id", "id"])
    op.create_index(
        "loyalty_programmes_running_key",
        "loyalty_programmes",
        ["provider_id", "salon_id", "currency"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.add_column("loyalty_accounts", sa.Column("salon_id", sa.Uuid()))
    name = "loyalty_accounts_issuer_check"
    op.execute(f"ALTER TABLE loyalty_accounts ADD CONSTRAINT {name} CHECK ({_ONE}) NOT VALID")


def downgrade() -> None:
    op.drop_column("loyalty_accounts", "salon_id")
    op.drop_table("loyalty_programmes")
