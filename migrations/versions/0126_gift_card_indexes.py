"""Indexes of gift cards, and the validation of their new statuses."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0126"
down_revision: str | Sequence[str] | None = "0125"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PARTIAL = {"contact_index": None, "deliver_at": "deliver_at IS NOT NULL", "expires_at": "expires_at IS NOT NULL"}


def upgrade() -> None:
    for column in ("status", "method"):
        op.execute(f"ALTER TABLE gift_cards VALIDATE CONSTRAINT gift_cards_{column}_check")
    with op.get_context().autocommit_block():
        for column, condition in _PARTIAL.items():
            op.create_index(
                f"gift_cards_{column}_idx",
                "gift_cards",
                [column],
                postgresql_where=None if condition is None else sa.text(condition),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for column in _PARTIAL:
        op.drop_index(f"gift_cards_{column}_idx", "gift_cards")
