"""One-time codes; counters of wrong passwords; verification times of contacts; sign-in by code."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_constraint(op.f("login_history_method_check"), "login_history")
    op.create_check_constraint(
        op.f("login_history_method_check"), "login_history", "method IN ('registration', 'password', 'code')"
    )
    op.add_column("users", sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("phone_verified_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "one_time_codes",
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("guesses_left", sa.Integer(), nullable=False),
        sa.Column("day_began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_that_day", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('verify', 'login', 'unlock', 'reset')", name=op.f("one_time_codes_purpose_check")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="one_time_codes_user_id_fkey"),
        sa.PrimaryKeyConstraint("contact", "purpose", name="one_time_codes_pkey"),
    )
    op.create_table(
        "wrong_passwords",
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name="wrong_passwords_pkey"),
    )


def downgrade() -> None:
    op.drop_table("wrong_passwords")
    op.drop_table("one_time_codes")
    op.drop_column("users", "phone_verified_at")
    op.drop_column("users", "email_verified_at")
    op.execute("DELETE FROM login_history WHERE method = 'code'")
    op.drop_constraint(op.f("login_history_method_check"), "login_history")
    op.create_check_constraint(
        op.f("login_history_method_check"), "login_history", "method IN ('registration', 'password')"
    )
