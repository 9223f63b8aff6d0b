"""Announcements, who dismissed them, and the role that a live event concerns.

Expand only: the previous version writes live events that concern everybody.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0069"
down_revision: str | Sequence[str] | None = "0068"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "audience IN ('everyone', 'customers', 'providers', 'managers')",
            name=op.f("announcements_audience_check"),
        ),
        sa.CheckConstraint("level IN ('info', 'warning', 'critical')", name=op.f("announcements_level_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("announcements_pkey")),
    )
    op.create_table(
        "announcement_dismissals",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("announcement_dismissals_announcement_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("announcement_dismissals_user_id_fkey")),
        sa.PrimaryKeyConstraint("user_id", "announcement_id", name=op.f("announcement_dismissals_pkey")),
    )
    op.create_index(op.f("announcement_dismissals_announcement_id_idx"), "announcement_dismissals", ["announcement_id"])
    op.add_column("live_events", sa.Column("role", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("live_events", "role")
    op.drop_table("announcement_dismissals")
    op.drop_table("announcements")
