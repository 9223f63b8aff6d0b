"""Notifications, the messages that carry them, and the heartbeat of their queue.

Expand only: the previous version neither reads nor writes the tables, and records no heartbeat of the queue.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | Sequence[str] | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ACTIVITIES = "activity IN ('relay', 'jobs', 'remote_jobs', 'webhook_jobs', 'message_jobs', 'sweep')"
_ACTIVITIES_BEFORE = "activity IN ('relay', 'jobs', 'remote_jobs', 'webhook_jobs', 'sweep')"


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("subject_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        _instant("created_at"),
        _instant("read_at", nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="notifications_user_id_fkey"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="notifications_booking_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="notifications_pkey"),
    )
    op.create_index("notifications_user_id_event_id_key", "notifications", ["user_id", "event_id"], unique=True)
    op.create_index("notifications_user_id_id_idx", "notifications", ["user_id", "id"])
    op.create_index(
        "notifications_unread_idx", "notifications", ["user_id", "id"], postgresql_where=sa.text("read_at IS NULL")
    )
    op.create_index("notifications_created_at_idx", "notifications", ["created_at"])
    op.create_index("notifications_booking_id_idx", "notifications", ["booking_id"])
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("to_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _instant("first_attempt_at", nullable=True),
        _instant("next_attempt_at", nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        _instant("created_at"),
        _instant("sent_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("messages_channel_check")),
        sa.CheckConstraint(
            "status IN ('standby', 'pending', 'sent', 'failed', 'skipped')", name=op.f("messages_status_check")
        ),
        sa.CheckConstraint("(status = 'pending') = (next_attempt_at IS NOT NULL)", name=op.f("messages_due_check")),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name="messages_notification_id_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="messages_user_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="messages_pkey"),
    )
    op.create_index("messages_notification_id_idx", "messages", ["notification_id"])
    op.create_index("messages_user_id_id_idx", "messages", ["user_id", "id"])
    op.create_index(
        "messages_pending_idx",
        "messages",
        ["user_id", "about_id", "channel", "seq"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    _replace_activities(_ACTIVITIES)


def downgrade() -> None:
    op.execute("DELETE FROM worker_heartbeats WHERE activity = 'message_jobs'")
    _replace_activities(_ACTIVITIES_BEFORE)
    op.drop_table("messages")
    op.drop_table("notifications")


def _replace_activities(condition: str) -> None:
    name = op.f("worker_heartbeats_activity_check")
    op.drop_constraint(name, "worker_heartbeats")
    op.create_check_constraint(name, "worker_heartbeats", condition)
