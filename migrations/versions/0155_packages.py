"""Packages, their offers and entries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0155"
down_revision: str | Sequence[str] | None = "0154"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = "'sold', 'reserved', 'used', 'released', 'refunded', 'expired', 'transferred', 'received'"


def upgrade() -> None:
    op.create_table(
        "package_offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("service_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("valid_days", sa.Integer()),
        sa.Column("transferable", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="package_offers_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="package_offers_provider_id_fkey"),
        sa.CheckConstraint("num_nonnulls(provider_id, salon_id) = 1", name="seller"),
    )
    op.create_index("package_offers_provider_id_id_idx", "package_offers", ["provider_id", "id"])
    op.create_index("package_offers_salon_id_id_idx", "package_offers", ["salon_id", "id"])
    op.create_table(
        "packages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("service_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("transferable", sa.Boolean(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("sold_by_id", sa.Uuid(), nullable=False),
        sa.Column("sold_by_role", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="packages_pkey"),
        sa.ForeignKeyConstraint(["offer_id"], ["package_offers.id"], name="packages_offer_id_fkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="packages_customer_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="packages_provider_id_fkey"),
        sa.ForeignKeyConstraint(["salon_id"], ["salons.id"], name="packages_salon_id_fkey"),
        sa.CheckConstraint("method IN ('cash', 'card', 'transfer')", name="method"),
        sa.CheckConstraint("balance >= 0 AND reserved >= 0 AND balance + reserved <= visits", name="balance"),
    )
    op.create_index("packages_offer_id_idx", "packages", ["offer_id"])
    for column in ("customer_id", "provider_id", "salon_id"):
        op.create_index(f"packages_{column}_id_idx", "packages", [column, "id"])
    op.create_index("packages_expires_at_idx", "packages", ["expires_at"], postgresql_where=sa.text("balance > 0"))
    op.create_table(
        "package_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="package_entries_pkey"),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name="package_entries_package_id_fkey"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="package_entries_booking_id_fkey"),
        sa.UniqueConstraint("package_id", "cause", name="package_entries_package_id_cause_key"),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    )
    op.create_index("package_entries_booking_id_idx", "package_entries", ["booking_id"])
    op.create_index("package_entries_package_id_id_idx", "package_entries", ["package_id", "id"])


def downgrade() -> None:
    op.drop_table("package_entries")
    op.drop_table("packages")
    op.drop_table("package_offers")
