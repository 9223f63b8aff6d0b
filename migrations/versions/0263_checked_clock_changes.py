"""The check of how hours are read holds for all providers."""

from collections.abc import Sequence

from alembic import op

revision: str = "0263"
down_revision: str | Sequence[str] | None = "0262"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE providers VALIDATE CONSTRAINT providers_clock_changes_check")


def downgrade() -> None:
    pass
