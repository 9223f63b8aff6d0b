"""Store when the worker last did each of its activities."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | Sequence[str] | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "worker_heartbeats",
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "activity IN ('relay', 'jobs', 'remote_jobs', 'sweep')", name=op.f("worker_heartbeats_activity_check")
        ),
        sa.PrimaryKeyConstraint("activity", name=op.f("worker_heartbeats_pkey")),
    )


def downgrade() -> None:
    op.drop_table("worker_heartbeats")
