"""Messages over Telegram. Expand only."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0072"
down_revision: str | Sequence[str] | None = "0071"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("external_identities", sa.Column("unreachable_since", sa.DateTime(timezone=True)))
    _allow("'email', 'sms', 'telegram', 'push'")


def downgrade() -> None:
    op.execute("DELETE FROM messages WHERE channel = 'telegram'")
    _allow("'email', 'sms', 'push'")
    op.drop_column("external_identities", "unreachable_since")


def _allow(channels: str) -> None:
    op.drop_constraint(op.f("messages_channel_check"), "messages")
    op.create_check_constraint(op.f("messages_channel_check"), "messages", f"channel IN ({channels})")
