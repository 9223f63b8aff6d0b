"""The time of the last back-up among the heartbeats."""

from collections.abc import Sequence

from alembic import op

revision: str = "0285"
down_revision: str | Sequence[str] | None = "0276"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None
_WORKER = "'relay', 'jobs', 'remote_jobs', 'webhook_jobs', 'message_jobs', 'sweep'"


def upgrade() -> None:
    """New rows are checked; the next migration validates the others."""
    _checked(f"{_WORKER}, 'backup'")


def downgrade() -> None:
    op.execute("DELETE FROM worker_heartbeats WHERE activity = 'backup'")
    _checked(_WORKER)


def _checked(activities: str) -> None:
    name = "worker_heartbeats_activity_check"
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE worker_heartbeats DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE worker_heartbeats ADD CONSTRAINT {name} CHECK (activity IN ({activities})) NOT VALID")
