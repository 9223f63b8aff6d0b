"""The check of activities."""

from collections.abc import Sequence

from alembic import op

revision: str = "0286"
down_revision: str | Sequence[str] | None = "0285"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE worker_heartbeats VALIDATE CONSTRAINT worker_heartbeats_activity_check")


def downgrade() -> None:
    pass
