"""Reminders of bookings: when each provider reminds, and which reminders were announced.

Expand only: existing providers remind a day and two hours before the start.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0045"
down_revision: str | Sequence[str] | None = "0044"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "providers",
        sa.Column(
            "reminder_minutes",
            postgresql.ARRAY(sa.Integer()),
            nullable=False,
            server_default=sa.text("'{1440,120}'"),
        ),
    )
    op.add_column("providers", sa.Column("instructions", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "booking_reminders",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("booking_id", sa.Uuid(), sa.ForeignKey("bookings.id"), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("booking_reminders_booking_id_idx", "booking_reminders", ["booking_id", "topic", "due_at"])
    op.create_index(
        "bookings_completed_idx", "bookings", ["updated_at"], postgresql_where=sa.text("status = 'completed'")
    )


def downgrade() -> None:
    op.drop_index("bookings_completed_idx", "bookings")
    op.drop_table("booking_reminders")
    op.drop_column("providers", "instructions")
    op.drop_column("providers", "reminder_minutes")
