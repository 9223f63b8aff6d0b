"""Push subscriptions, and messages to them.

Expand only: the previous version pushes nothing, and writes no such channel.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0064"
down_revision: str | Sequence[str] | None = "0063"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("endpoint_index", sa.LargeBinary(), nullable=False),
        sa.Column("public_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("auth_secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="push_subscriptions_user_id_fkey"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="push_subscriptions_session_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="push_subscriptions_pkey"),
    )
    op.create_index("push_subscriptions_user_id_idx", "push_subscriptions", ["user_id"])
    op.create_index("push_subscriptions_session_id_idx", "push_subscriptions", ["session_id"])
    op.create_index("push_subscriptions_endpoint_index_key", "push_subscriptions", ["endpoint_index"], unique=True)
    _allow("'email', 'sms', 'push'")


def downgrade() -> None:
    op.execute("DELETE FROM messages WHERE channel = 'push'")
    _allow("'email', 'sms'")
    op.drop_table("push_subscriptions")


def _allow(channels: str) -> None:
    op.drop_constraint(op.f("messages_channel_check"), "messages")
    op.create_check_constraint(op.f("messages_channel_check"), "messages", f"channel IN ({channels})")
