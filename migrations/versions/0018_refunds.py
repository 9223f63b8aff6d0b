"""Rename the table of payments; move refunds into a table of their own.

Not expand only: the previous version does not find its table afterwards, so stop it first.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | Sequence[str] | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_CONSTRAINTS = (
    "pkey",
    "booking_id_fkey",
    "customer_id_fkey",
    "purpose_check",
    "status_check",
    "invoice_check",
    "amounts_check",
)
_INDEXES = ("booking_id_idx", "invoice_reference_key", "one_pending_key")


def _rename(old: str, new: str) -> None:
    """Rename the table with its constraints and indexes."""
    op.rename_table(old, new)
    for name in _CONSTRAINTS:
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT {old}_{name} TO {new}_{name}")
    for name in _INDEXES:
        op.execute(f"ALTER INDEX {old}_{name} RENAME TO {new}_{name}")


def _check(column: str, values: str) -> None:
    name = op.f(f"payments_{column}_check")
    op.drop_constraint(name, "payments")
    op.create_check_constraint(name, "payments", f"{column} IN ({values})")


def upgrade() -> None:
    _rename("transactions", "payments")
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('refund_pending', 'refunded')", name=op.f("refunds_status_check")),
        sa.CheckConstraint("amount > 0", name=op.f("refunds_amount_check")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("refunds_booking_id_fkey")),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name=op.f("refunds_customer_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("refunds_pkey")),
    )
    op.create_index(op.f("refunds_booking_id_idx"), "refunds", ["booking_id"])
    op.execute(
        "INSERT INTO refunds (id, booking_id, customer_id, gateway, status, currency, amount, processed_at, version,"
        " created_at) SELECT id, booking_id, customer_id, gateway, status, currency, amount, processed_at, version,"
        " created_at FROM payments WHERE purpose = 'refund'"
    )
    op.execute("DELETE FROM payments WHERE purpose = 'refund'")
    _check("purpose", "'deposit', 'balance'")
    _check("status", "'pending', 'paid', 'failed', 'cancelled'")


def downgrade() -> None:
    _check("purpose", "'deposit', 'balance', 'refund'")
    _check("status", "'pending', 'paid', 'failed', 'cancelled', 'refund_pending', 'refunded'")
    op.execute(
        "INSERT INTO payments (id, booking_id, customer_id, purpose, gateway, status, currency, amount, settled_amount,"
        " attempt, processed_at, version, created_at) SELECT id, booking_id, customer_id, 'refund', gateway, status,"
        " currency, amount, CASE status WHEN 'refunded' THEN amount ELSE 0 END, 1, processed_at, version, created_at"
        " FROM refunds"
    )
    op.drop_table("refunds")
    _rename("payments", "transactions")
