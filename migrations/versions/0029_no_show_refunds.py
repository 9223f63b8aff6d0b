"""Refunds of no-shows, whose policy does not keep everything.

Expand only: the previous version ignores the reason.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0029"
down_revision: str | Sequence[str] | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _check(reasons: str) -> None:
    op.drop_constraint(op.f("refunds_reason_check"), "refunds")
    op.create_check_constraint(op.f("refunds_reason_check"), "refunds", f"reason IN ({reasons})")


def upgrade() -> None:
    _check("'cancellation', 'no_show', 'late_payment', 'overpayment'")


def downgrade() -> None:
    op.execute("UPDATE refunds SET reason = 'cancellation' WHERE reason = 'no_show'")
    _check("'cancellation', 'late_payment', 'overpayment'")
