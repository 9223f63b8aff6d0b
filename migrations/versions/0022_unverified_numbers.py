"""Record whether text messages went to verified numbers, and find the messages to a number.

Expand only: the previous version runs beside this one. Existing messages count as sent to verified numbers.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | Sequence[str] | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("sms_messages", sa.Column("to_verified", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index("sms_messages_to_digest_idx", "sms_messages", ["to_digest", "created_at"])


def downgrade() -> None:
    op.drop_index("sms_messages_to_digest_idx", "sms_messages")
    op.drop_column("sms_messages", "to_verified")
