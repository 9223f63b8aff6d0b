"""Adjustments of the ledgers of bookings. Expand only."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0066"
down_revision: str | Sequence[str] | None = "0065"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "adjustments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("adjustments_amount_check")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("adjustments_booking_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("adjustments_pkey")),
    )
    op.create_index("adjustments_booking_id_idx", "adjustments", ["booking_id"])


def downgrade() -> None:
    op.drop_table("adjustments")
