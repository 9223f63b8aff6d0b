"""Bank accounts have an id, which approvals of transfers name; they are confirmed and frozen.

Expand only: the previous version ignores the columns. What it approves meanwhile names no account, and waits for a new
approval.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0085"
down_revision: str | Sequence[str] | None = "0080"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "bank_accounts", sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    )
    op.add_column("bank_accounts", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bank_accounts", sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True))
    for table in ("refunds", "provider_payouts"):
        op.add_column(table, sa.Column("payee_id", sa.Uuid(), nullable=True))
    # Approvals of accounts that have not changed since stay good.
    op.execute(
        "UPDATE refunds SET payee_id = account.id FROM bank_accounts account WHERE account.user_id = customer_id"
        " AND status = 'refund_pending' AND approved_at >= account.updated_at"
    )
    op.execute(
        "UPDATE provider_payouts SET payee_id = account.id FROM bank_accounts account, providers provider"
        " WHERE provider.id = provider_id AND account.user_id = provider.owner_id"
        " AND provider_payouts.status = 'pending' AND approved_at >= account.updated_at"
    )


def downgrade() -> None:
    for table in ("refunds", "provider_payouts"):
        op.drop_column(table, "payee_id")
    for column in ("frozen_at", "confirmed_at", "id"):
        op.drop_column("bank_accounts", column)
