"""Status and cost of text messages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "sms_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("to_masked", sa.Text(), nullable=False),
        sa.Column("to_digest", sa.LargeBinary(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("segments", sa.SmallInteger(), nullable=False),
        sa.Column("cost_millionths", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('queued', 'sent', 'delivered', 'failed', 'undelivered')",
            name=op.f("sms_messages_status_check"),
        ),
        sa.CheckConstraint("segments > 0 AND cost_millionths >= 0", name=op.f("sms_messages_counts_check")),
        sa.CheckConstraint("(cost_millionths IS NULL) = (cost_currency IS NULL)", name=op.f("sms_messages_cost_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="sms_messages_user_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="sms_messages_pkey"),
    )
    op.create_index("sms_messages_user_id_idx", "sms_messages", ["user_id"])
    op.create_index("sms_messages_created_at_idx", "sms_messages", ["created_at"])
    op.create_index(
        "sms_messages_ask_at_idx",
        "sms_messages",
        ["provider", "ask_at"],
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("sms_messages")
