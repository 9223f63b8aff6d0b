"""Validate the constraint of accents, without a lock that stops writes."""

from collections.abc import Sequence

from alembic import op

revision: str = "0135"
down_revision: str | Sequence[str] | None = "0134"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE providers VALIDATE CONSTRAINT providers_accent_check")


def downgrade() -> None:
    """The constraint goes with its column."""
