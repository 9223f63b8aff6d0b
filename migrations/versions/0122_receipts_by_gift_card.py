"""Validate the methods of receipts."""

from collections.abc import Sequence

from alembic import op

revision: str = "0122"
down_revision: str | Sequence[str] | None = "0121"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE receipts VALIDATE CONSTRAINT receipts_method_check")


def downgrade() -> None:
    pass
