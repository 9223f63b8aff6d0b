"""Loyalty accounts and their entries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0112"
down_revision: str | Sequence[str] | None = "0111"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = "'earned', 'adjusted', 'reserved', 'captured', 'released', 'reclaimed', 'expired'"


def upgrade() -> None:
    op.create_table(
        "loyalty_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("lots", postgresql.JSONB(), nullable=False),
        sa.Column("debt", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("next_expiry", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="loyalty_accounts_pkey"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="loyalty_accounts_user_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="loyalty_accounts_provider_id_fkey"),
        sa.UniqueConstraint("user_id", "provider_id", name="loyalty_accounts_user_id_provider_id_key"),
        sa.CheckConstraint("debt >= 0 AND (debt = 0 OR lots = '[]')", name="debt"),
        sa.CheckConstraint("reserved >= 0", name="reserved"),
    )
    op.create_index("loyalty_accounts_provider_id_idx", "loyalty_accounts", ["provider_id"])
    op.create_index(
        "loyalty_accounts_platform_key",
        "loyalty_accounts",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("provider_id IS NULL"),
    )
    op.create_table(
        "loyalty_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("lots", postgresql.JSONB(), nullable=False),
        sa.Column("booking_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="loyalty_entries_pkey"),
        sa.ForeignKeyConstraint(["account_id"], ["loyalty_accounts.id"], name="loyalty_entries_account_id_fkey"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="loyalty_entries_booking_id_fkey"),
        sa.UniqueConstraint("account_id", "cause", name="loyalty_entries_account_id_cause_key"),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    )
    op.create_index("loyalty_entries_booking_id_idx", "loyalty_entries", ["booking_id"])
    op.create_index("loyalty_entries_account_id_id_idx", "loyalty_entries", ["account_id", "id"])


def downgrade() -> None:
    op.drop_table("loyalty_entries")
    op.drop_table("loyalty_accounts")
