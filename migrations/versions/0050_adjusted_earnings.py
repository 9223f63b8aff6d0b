"""Adjustments of providers' accounts by admins.

Expand only: the previous version reads accounts without adjustments; while there are any, it cannot read them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0050"
down_revision: str | Sequence[str] | None = "0049"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("earnings", sa.Column("reason", sa.Text(), nullable=True))
    op.drop_constraint(op.f("earnings_kind_check"), "earnings")
    op.drop_constraint(op.f("earnings_amount_check"), "earnings")
    op.create_check_constraint(op.f("earnings_kind_check"), "earnings", "kind IN ('booking', 'payout', 'adjustment')")
    op.create_check_constraint(
        op.f("earnings_amount_check"), "earnings", "kind <> 'booking' OR amount = kept - commission"
    )
    op.create_check_constraint(
        op.f("earnings_reason_check"), "earnings", "(kind = 'adjustment') = (reason IS NOT NULL)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("earnings_reason_check"), "earnings")
    op.drop_constraint(op.f("earnings_amount_check"), "earnings")
    op.drop_constraint(op.f("earnings_kind_check"), "earnings")
    op.create_check_constraint(op.f("earnings_kind_check"), "earnings", "kind IN ('booking', 'payout')")
    op.create_check_constraint(
        op.f("earnings_amount_check"), "earnings", "kind = 'payout' OR amount = kept - commission"
    )
    op.drop_column("earnings", "reason")
