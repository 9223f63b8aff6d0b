"""Promotions and their redemptions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0136"
down_revision: str | Sequence[str] | None = "0135"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "promotions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("promotion_code", sa.Text()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("percent", sa.SmallInteger()),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("most_amount", sa.BigInteger()),
        sa.Column("first_visit", sa.Boolean(), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("from_minute", sa.SmallInteger(), nullable=False),
        sa.Column("until_minute", sa.SmallInteger(), nullable=False),
        sa.Column("hours_before", sa.Integer()),
        sa.Column("service_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("most_redemptions", sa.BigInteger()),
        sa.Column("most_total_amount", sa.BigInteger()),
        sa.Column("most_per_customer", sa.BigInteger()),
        sa.Column("combinable", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="promotions_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="promotions_provider_id_fkey"),
        sa.CheckConstraint("num_nulls(percent, amount) = 1", name="what"),
        sa.CheckConstraint("num_nonnulls(provider_id, salon_id) <= 1", name="owner"),
    )
    op.create_index("promotions_provider_id_id_idx", "promotions", ["provider_id", "id"])
    op.create_index("promotions_salon_id_id_idx", "promotions", ["salon_id", "id"])
    op.create_index(
        "promotions_code_key",
        "promotions",
        [sa.text("coalesce(provider_id, salon_id)"), "promotion_code"],
        unique=True,
        postgresql_where=sa.text("promotion_code IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "promotion_redemptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("promotion_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="promotion_redemptions_pkey"),
        sa.ForeignKeyConstraint(["promotion_id"], ["promotions.id"], name="promotion_redemptions_promotion_id_fkey"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="promotion_redemptions_booking_id_fkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="promotion_redemptions_customer_id_fkey"),
        sa.CheckConstraint("status IN ('live', 'released')", name="status"),
    )
    op.create_index("promotion_redemptions_customer_id_idx", "promotion_redemptions", ["customer_id"])
    op.create_index(
        "promotion_redemptions_booking_id_promotion_id_key",
        "promotion_redemptions",
        ["booking_id", "promotion_id"],
        unique=True,
    )
    op.create_index(
        "promotion_redemptions_promotion_id_idx",
        "promotion_redemptions",
        ["promotion_id"],
        postgresql_where=sa.text("status = 'live'"),
    )


def downgrade() -> None:
    op.drop_table("promotion_redemptions")
    op.drop_table("promotions")
