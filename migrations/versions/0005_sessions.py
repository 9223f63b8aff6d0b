"""Families of refresh tokens with a grace, where sessions are used from, and attempts to sign in.

Sessions begun before have refresh tokens of another form, which cannot be used any more: they are removed.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NEW = ("family_digest", "previous_digest", "seed", "last_used_at", "address", "user_agent")


def upgrade() -> None:
    op.execute("DELETE FROM sessions")
    op.add_column("sessions", sa.Column("family_digest", sa.LargeBinary(), nullable=False))
    op.add_column("sessions", sa.Column("previous_digest", sa.LargeBinary(), nullable=True))
    op.add_column("sessions", sa.Column("seed", sa.LargeBinary(), nullable=True))
    op.add_column("sessions", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False))
    op.add_column("sessions", sa.Column("address", sa.Text(), nullable=False))
    op.add_column("sessions", sa.Column("user_agent", sa.Text(), nullable=False))
    op.create_index("sessions_expires_at_idx", "sessions", ["expires_at"])
    op.create_table(
        "login_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("method IN ('registration', 'password')", name=op.f("login_history_method_check")),
        sa.CheckConstraint("outcome IN ('succeeded', 'failed')", name=op.f("login_history_outcome_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="login_history_user_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="login_history_pkey"),
    )
    op.create_index("login_history_user_id_id_idx", "login_history", ["user_id", "id"])
    op.create_index("login_history_at_idx", "login_history", ["at"])


def downgrade() -> None:
    op.drop_table("login_history")
    op.execute("DELETE FROM sessions")
    op.drop_index("sessions_expires_at_idx", "sessions")
    for column in reversed(_NEW):
        op.drop_column("sessions", column)
