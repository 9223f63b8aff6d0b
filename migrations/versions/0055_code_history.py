"""The history of one-time codes.

Expand only: the previous version issues codes without an entry.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0055"
down_revision: str | Sequence[str] | None = "0054"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PURPOSES = "'verify', 'login', 'unlock', 'reset', 'change_phone', 'change_email', 'signup'"


def upgrade() -> None:
    op.create_table(
        "code_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("to_masked", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_guesses", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"purpose IN ({_PURPOSES})", name=op.f("code_history_purpose_check")),
        sa.CheckConstraint("channel IN ('email', 'phone')", name=op.f("code_history_channel_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="code_history_user_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="code_history_pkey"),
    )
    op.create_index("code_history_user_id_id_idx", "code_history", ["user_id", "id"])
    op.create_index("code_history_issued_at_idx", "code_history", ["issued_at"])


def downgrade() -> None:
    op.drop_table("code_history")
