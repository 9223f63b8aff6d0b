"""Bank accounts, and the transfer of a refund: its reason, payee, approval and the bank's reference.

Expand only: `reason` has a default, so the previous version keeps working.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | Sequence[str] | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "bank_accounts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="bank_accounts_user_id_fkey"),
        sa.PrimaryKeyConstraint("user_id", name="bank_accounts_pkey"),
    )
    op.add_column("refunds", sa.Column("reason", sa.Text(), nullable=False, server_default="cancellation"))
    op.add_column("refunds", sa.Column("payee_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("refunds", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refunds", sa.Column("return_reason", sa.Text(), nullable=True))
    op.add_column("refunds", sa.Column("bank_reference", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("refunds_reason_check"), "refunds", "reason IN ('cancellation', 'late_payment', 'overpayment')"
    )
    op.create_index("refunds_bank_reference_key", "refunds", ["bank_reference"], unique=True)
    op.create_index("refunds_pending_idx", "refunds", ["id"], postgresql_where=sa.text("status = 'refund_pending'"))


def downgrade() -> None:
    op.drop_index("refunds_pending_idx", table_name="refunds")
    op.drop_index("refunds_bank_reference_key", table_name="refunds")
    op.drop_constraint(op.f("refunds_reason_check"), "refunds")
    for column in ("bank_reference", "return_reason", "approved_at", "payee_sealed", "reason"):
        op.drop_column("refunds", column)
    op.drop_table("bank_accounts")
