"""Sign-ups by phone: accounts without a profile; changes of e-mail addresses.

Expand only: the previous version makes no such accounts or codes, and ignores the tables.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0049"
down_revision: str | Sequence[str] | None = "0048"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PURPOSES = "'verify', 'login', 'unlock', 'reset', 'change_phone'"


def _check(table: str, column: str, values: str) -> None:
    name = op.f(f"{table}_{column}_check")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} IN ({values})")


def _index(condition: str) -> None:
    op.drop_index("users_to_erase_idx", "users")
    op.create_index(
        "users_to_erase_idx", "users", ["id"], postgresql_where=sa.text(f"{condition} AND erased_at IS NULL")
    )


def upgrade() -> None:
    _check("users", "status", "'pending', 'active', 'disabled', 'deleted'")
    _check("one_time_codes", "purpose", f"{_PURPOSES}, 'change_email', 'signup'")
    _index("status IN ('deleted', 'pending')")
    op.create_table(
        "email_changes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day_began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_that_day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="email_changes_user_id_fkey"),
        sa.PrimaryKeyConstraint("user_id", name="email_changes_pkey"),
    )
    op.create_table(
        "sign_ups",
        sa.Column("code_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'phone')", name=op.f("sign_ups_channel_check")),
        sa.PrimaryKeyConstraint("code_id", name="sign_ups_pkey"),
    )
    op.create_index("sign_ups_expires_at_idx", "sign_ups", ["expires_at"])


def downgrade() -> None:
    op.drop_table("sign_ups")
    op.drop_table("email_changes")
    op.execute("DELETE FROM one_time_codes WHERE purpose IN ('change_email', 'signup')")
    op.execute("UPDATE users SET status = 'disabled' WHERE status = 'pending'")
    _index("status = 'deleted'")
    _check("one_time_codes", "purpose", _PURPOSES)
    _check("users", "status", "'active', 'disabled', 'deleted'")
