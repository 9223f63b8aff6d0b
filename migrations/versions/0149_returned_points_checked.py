"""Validate the kinds of entries of loyalty accounts."""

from collections.abc import Sequence

from alembic import op

revision: str = "0149"
down_revision: str | Sequence[str] | None = "0148"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE loyalty_entries VALIDATE CONSTRAINT loyalty_entries_kind_check")


def downgrade() -> None:
    pass
