"""Remembered devices, and the sessions that began with them.

Expand only: the previous version remembers none.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0059"
down_revision: str | Sequence[str] | None = "0058"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PLATFORMS = "'web', 'ios', 'android', 'telegram', 'other'"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("device_id", sa.Uuid(), nullable=True))
    op.create_table(
        "remembered_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"platform IN ({_PLATFORMS})", name=op.f("remembered_devices_platform_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="remembered_devices_user_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="remembered_devices_pkey"),
    )
    op.create_index("remembered_devices_user_id_idx", "remembered_devices", ["user_id"])
    op.create_index("remembered_devices_expires_at_idx", "remembered_devices", ["expires_at"])


def downgrade() -> None:
    op.drop_table("remembered_devices")
    op.drop_column("sessions", "device_id")
