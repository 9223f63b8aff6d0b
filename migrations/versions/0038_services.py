"""Services of providers and salons, and what members of a salon offer of them.

Expand only: the previous version neither reads nor writes the tables.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0038"
down_revision: str | Sequence[str] | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("salon_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("deposit_amount", sa.BigInteger(), nullable=False),
        sa.Column("buffer_before_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("buffer_after_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("add_on", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(provider_id, salon_id) = 1", name=op.f("services_owner_check")),
        sa.CheckConstraint(
            "0 <= deposit_amount AND deposit_amount <= price_amount", name=op.f("services_deposit_check")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="services_provider_id_fkey"),
        sa.ForeignKeyConstraint(["salon_id"], ["salons.id"], name="services_salon_id_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="services_pkey"),
    )
    for owner in ("provider_id", "salon_id"):
        op.create_index(f"services_{owner}_idx", "services", [owner], postgresql_where=sa.text(f"{owner} IS NOT NULL"))
    op.create_table(
        "service_offers",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=True),
        sa.Column("price_amount", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name="service_offers_service_id_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="service_offers_provider_id_fkey"),
        sa.PrimaryKeyConstraint("service_id", "provider_id", name="service_offers_pkey"),
    )
    op.create_index("service_offers_provider_id_idx", "service_offers", ["provider_id"])


def downgrade() -> None:
    op.drop_table("service_offers")
    op.drop_table("services")
