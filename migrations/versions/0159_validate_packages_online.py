"""Validate the kinds of orders and how packages are paid for."""

from collections.abc import Sequence

from alembic import op

revision: str = "0159"
down_revision: str | Sequence[str] | None = "0158"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT orders_kind_check")
    op.execute("ALTER TABLE packages VALIDATE CONSTRAINT packages_method_check")


def downgrade() -> None:
    pass
