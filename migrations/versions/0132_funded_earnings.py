"""Validate that earnings contain the discounts that the platform bears."""

from collections.abc import Sequence

from alembic import op

revision: str = "0132"
down_revision: str | Sequence[str] | None = "0131"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name in ("amount", "no_share"):
        op.execute(f"ALTER TABLE earnings VALIDATE CONSTRAINT earnings_{name}_check")


def downgrade() -> None:
    pass
