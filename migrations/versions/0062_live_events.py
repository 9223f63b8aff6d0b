"""Live events.

Expand only: the previous version neither announces nor reads them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0062"
down_revision: str | Sequence[str] | None = "0061"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_CHANNELS = "'bookings', 'payments', 'notifications', 'availability', 'system'"


def upgrade() -> None:
    op.create_table(
        "live_events",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("about", postgresql.JSONB(), nullable=False),
        sa.Column("parties", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"channel IN ({_CHANNELS})", name=op.f("live_events_channel_check")),
        sa.PrimaryKeyConstraint("id", name="live_events_pkey"),
    )
    op.create_index("live_events_at_idx", "live_events", ["at"])
    op.create_table(
        "live_position",
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("single", name=op.f("live_position_single_check")),
        sa.PrimaryKeyConstraint("single", name="live_position_pkey"),
    )


def downgrade() -> None:
    op.drop_table("live_position")
    op.drop_table("live_events")
