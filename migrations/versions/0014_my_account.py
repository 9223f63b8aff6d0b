"""Preferences; deleted and erased accounts; changes of phone numbers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_DELETED = sa.text("status = 'deleted' AND erased_at IS NULL")


def _check(table: str, column: str, values: str) -> None:
    name = op.f(f"{table}_{column}_check")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} IN ({values})")


def upgrade() -> None:
    op.add_column("users", sa.Column("preferences", JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")))
    op.add_column("users", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    _check("users", "status", "'active', 'disabled', 'deleted'")
    op.create_index("users_to_erase_idx", "users", ["id"], postgresql_where=_DELETED)
    _check("one_time_codes", "purpose", "'verify', 'login', 'unlock', 'reset', 'change_phone'")
    op.create_table(
        "phone_changes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day_began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_that_day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="phone_changes_user_id_fkey"),
        sa.PrimaryKeyConstraint("user_id", name="phone_changes_pkey"),
    )


def downgrade() -> None:
    op.drop_table("phone_changes")
    op.execute("DELETE FROM one_time_codes WHERE purpose = 'change_phone'")
    _check("one_time_codes", "purpose", "'verify', 'login', 'unlock', 'reset'")
    op.drop_index("users_to_erase_idx", "users")
    op.execute("UPDATE users SET status = 'disabled' WHERE status = 'deleted'")
    _check("users", "status", "'active', 'disabled'")
    for name in ("erased_at", "deleted_at", "preferences"):
        op.drop_column("users", name)
