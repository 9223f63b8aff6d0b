"""Webhook endpoints, deliveries to them, and the heartbeat of their queue.

Expand only: the previous version neither reads nor writes the tables, and records no heartbeat of the queue.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0031"
down_revision: str | Sequence[str] | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ACTIVITIES = "activity IN ('relay', 'jobs', 'remote_jobs', 'webhook_jobs', 'sweep')"
_ACTIVITIES_BEFORE = "activity IN ('relay', 'jobs', 'remote_jobs', 'sweep')"


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("url_index", sa.LargeBinary(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("event_types", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("disabled_because", sa.Text(), nullable=True),
        _instant("disabled_at", nullable=True),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret_sealed", sa.LargeBinary(), nullable=True),
        _instant("previous_secret_until", nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        _instant("rests_until", nullable=True),
        _instant("created_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'disabled')", name=op.f("webhook_endpoints_status_check")),
        sa.CheckConstraint(
            "disabled_because IN ('owner', 'failing', 'gone')", name=op.f("webhook_endpoints_disabled_because_check")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="webhook_endpoints_owner_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="webhook_endpoints_pkey"),
    )
    op.create_index(
        "webhook_endpoints_owner_id_url_index_key", "webhook_endpoints", ["owner_id", "url_index"], unique=True
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _instant("first_attempt_at", nullable=True),
        _instant("last_attempt_at", nullable=True),
        _instant("next_attempt_at", nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("response_status", sa.SmallInteger(), nullable=True),
        sa.Column("response_excerpt", sa.Text(), nullable=False),
        _instant("created_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'failed')", name=op.f("webhook_deliveries_status_check")
        ),
        sa.CheckConstraint(
            "failure IN ('status', 'timed_out', 'unreachable', 'broken')", name=op.f("webhook_deliveries_failure_check")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="webhook_deliveries_booking_id_fkey"),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoints.id"],
            name="webhook_deliveries_endpoint_id_fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="webhook_deliveries_pkey"),
    )
    op.create_index(
        "webhook_deliveries_endpoint_id_event_id_key", "webhook_deliveries", ["endpoint_id", "event_id"], unique=True
    )
    op.create_index("webhook_deliveries_endpoint_id_id_idx", "webhook_deliveries", ["endpoint_id", "id"])
    op.create_index("webhook_deliveries_booking_id_idx", "webhook_deliveries", ["booking_id"])
    op.create_index("webhook_deliveries_created_at_idx", "webhook_deliveries", ["created_at"])
    op.create_index(
        "webhook_deliveries_pending_idx",
        "webhook_deliveries",
        ["endpoint_id", "booking_id", "seq"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    _replace_activities(_ACTIVITIES)


def downgrade() -> None:
    op.execute("DELETE FROM worker_heartbeats WHERE activity = 'webhook_jobs'")
    _replace_activities(_ACTIVITIES_BEFORE)
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_endpoints")


def _replace_activities(condition: str) -> None:
    name = op.f("worker_heartbeats_activity_check")
    op.drop_constraint(name, "worker_heartbeats")
    op.create_check_constraint(name, "worker_heartbeats", condition)
