"""Orders of gift cards, and where cards are sent."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0125"
down_revision: str | Sequence[str] | None = "0124"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("gift_cards", sa.Column("contact_sealed", sa.LargeBinary()))
    op.add_column("gift_cards", sa.Column("contact_index", sa.LargeBinary()))
    op.add_column("gift_cards", sa.Column("language", sa.Text(), nullable=False, server_default=sa.text("'en'")))
    op.add_column("gift_cards", sa.Column("deliver_at", sa.DateTime(timezone=True)))
    op.add_column("gift_cards", sa.Column("delivered_at", sa.DateTime(timezone=True)))
    _check("status", "'ordered', 'active', 'blocked', 'voided'")
    _check("method", "'cash', 'card', 'transfer', 'online'")
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("settled_amount", sa.BigInteger(), nullable=False),
        sa.Column("returned_amount", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("preparing_since", sa.DateTime(timezone=True)),
        sa.Column("invoice_reference", sa.Text()),
        sa.Column("invoice", postgresql.JSONB()),
        sa.Column("refund", postgresql.JSONB()),
        sa.Column("bank_reference", sa.Text()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True)),
        sa.Column("paid_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="orders_pkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="orders_customer_id_fkey"),
        sa.CheckConstraint("kind IN ('gift_card')", name="kind"),
        sa.CheckConstraint("status IN ('pending', 'paid', 'expired', 'refunded')", name="status"),
        sa.CheckConstraint(
            "amount > 0 AND settled_amount >= 0 AND returned_amount BETWEEN 0 AND settled_amount", name="amounts"
        ),
        sa.CheckConstraint("(invoice IS NULL) = (invoice_reference IS NULL)", name="invoice"),
    )
    op.create_index("orders_customer_id_id_idx", "orders", ["customer_id", "id"])
    op.create_index("orders_subject_id_key", "orders", ["subject_id"], unique=True)
    op.create_index("orders_invoice_reference_key", "orders", ["invoice_reference"], unique=True)
    op.create_index("orders_expires_at_idx", "orders", ["expires_at"], postgresql_where=sa.text("status = 'pending'"))
    op.create_index("orders_refund_idx", "orders", ["id"], postgresql_where=sa.text("refund IS NOT NULL"))


def downgrade() -> None:
    op.drop_table("orders")
    _check("method", "'cash', 'card', 'transfer'")
    _check("status", "'active', 'blocked', 'voided'")
    for name in ("delivered_at", "deliver_at", "language", "contact_index", "contact_sealed"):
        op.drop_column("gift_cards", name)


def _check(column: str, values: str) -> None:
    """The next migration validates it."""
    name = f"gift_cards_{column}_check"
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE gift_cards DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE gift_cards ADD CONSTRAINT {name} CHECK ({column} IN ({values})) NOT VALID")
