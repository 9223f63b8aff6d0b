"""Adjustments of ledgers in the list of transactions: its orders by creation and by amount. Expand only."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0068"
down_revision: str | Sequence[str] | None = "0067"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("adjustments_created_at_idx", "adjustments", ["created_at"])
    op.create_index("adjustments_amount_idx", "adjustments", ["currency", sa.text("abs(amount)"), "id"])


def downgrade() -> None:
    op.drop_index("adjustments_amount_idx", "adjustments")
    op.drop_index("adjustments_created_at_idx", "adjustments")
