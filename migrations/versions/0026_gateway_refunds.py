"""Refunds by the payment gateway: how a refund is made, when the gateway is asked again, and what it has paid back.

Expand only: the method of existing refunds is undecided, and no payment was paid back by a gateway.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | Sequence[str] | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AMOUNTS = "amount > 0 AND settled_amount >= 0"


def upgrade() -> None:
    op.add_column(
        "payments", sa.Column("returned_amount", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.drop_constraint(op.f("payments_amounts_check"), "payments", type_="check")
    op.create_check_constraint(
        op.f("payments_amounts_check"), "payments", f"{_AMOUNTS} AND returned_amount BETWEEN 0 AND settled_amount"
    )
    op.add_column("refunds", sa.Column("method", sa.Text()))
    op.add_column("refunds", sa.Column("payment_id", sa.Uuid()))
    op.create_foreign_key(op.f("refunds_payment_id_fkey"), "refunds", "payments", ["payment_id"], ["id"])
    op.add_column("refunds", sa.Column("attempts", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("refunds", sa.Column("retry_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(op.f("refunds_method_check"), "refunds", "method IN ('gateway', 'transfer')")
    op.create_check_constraint(
        op.f("refunds_retry_check"),
        "refunds",
        "retry_at IS NULL OR (status = 'refund_pending' AND method = 'gateway' AND approved_at IS NULL)",
    )
    op.create_index("refunds_retry_idx", "refunds", ["retry_at"], postgresql_where=sa.text("retry_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("refunds_retry_idx", "refunds")
    for name in ("retry", "method"):
        op.drop_constraint(op.f(f"refunds_{name}_check"), "refunds", type_="check")
    for column in ("retry_at", "attempts", "payment_id", "method"):
        op.drop_column("refunds", column)
    op.drop_constraint(op.f("payments_amounts_check"), "payments", type_="check")
    op.create_check_constraint(op.f("payments_amounts_check"), "payments", _AMOUNTS)
    op.drop_column("payments", "returned_amount")
