"""Receipts and credit notes, and their numbers.

Expand only: the previous version ignores both tables. A booking with earlier payments gets its receipts with its next one.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0046"
down_revision: str | Sequence[str] | None = "0045"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("source", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("corrects", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("issuer_name", sa.Text(), nullable=True),
        sa.Column("issuer_address", sa.Text(), nullable=True),
        sa.Column("customer_name", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("booking_reference", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('receipt', 'credit_note')", name=op.f("receipts_kind_check")),
        sa.CheckConstraint("method IN ('online', 'transfer', 'cash', 'card')", name=op.f("receipts_method_check")),
        sa.CheckConstraint("amount > 0", name=op.f("receipts_amount_check")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="receipts_booking_id_fkey"),
        sa.ForeignKeyConstraint(["issuer_id"], ["providers.id"], name="receipts_issuer_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="receipts_pkey"),
    )
    op.create_index("receipts_booking_id_idx", "receipts", ["booking_id"])
    op.create_index("receipts_number_key", "receipts", ["issuer_id", "kind", "sequence"], unique=True)
    op.create_table(
        "receipt_numbers",
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('receipt', 'credit_note')", name=op.f("receipt_numbers_kind_check")),
        sa.CheckConstraint("last > 0", name=op.f("receipt_numbers_last_check")),
        sa.ForeignKeyConstraint(["issuer_id"], ["providers.id"], name="receipt_numbers_issuer_id_fkey"),
        sa.PrimaryKeyConstraint("issuer_id", "kind", name="receipt_numbers_pkey"),
    )


def downgrade() -> None:
    op.drop_table("receipt_numbers")
    op.drop_table("receipts")
