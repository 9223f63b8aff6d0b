"""When customers are told of points that expire, and indexes of what is due."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0152"
down_revision: str | Sequence[str] | None = "0171"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NEW = ("warned_until", "warn_at")


def upgrade() -> None:
    for column in _NEW:
        op.add_column("loyalty_accounts", sa.Column(column, sa.DateTime(timezone=True)))
    with op.get_context().autocommit_block():
        for column in ("next_expiry", "warn_at"):
            op.create_index(
                f"loyalty_accounts_{column}_idx",
                "loyalty_accounts",
                [column],
                postgresql_where=sa.text(f"{column} IS NOT NULL"),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    op.drop_index("loyalty_accounts_next_expiry_idx", "loyalty_accounts")
    for column in _NEW:
        op.drop_column("loyalty_accounts", column)
