"""Passkeys and their challenges; signing in with them.

Expand only: the previous version offers no passkeys.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0061"
down_revision: str | Sequence[str] | None = "0060"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_METHODS = "'registration', 'password', 'code', 'telegram', 'google', 'apple'"
_METHOD_CHECK = "login_history_method_check"


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="passkeys_user_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="passkeys_pkey"),
        sa.UniqueConstraint("credential_id", name="passkeys_credential_id_key"),
    )
    op.create_index("passkeys_user_id_idx", "passkeys", ["user_id"])
    op.create_table(
        "passkey_challenges",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="passkey_challenges_user_id_fkey"),
        sa.PrimaryKeyConstraint("digest", name="passkey_challenges_pkey"),
    )
    op.create_index("passkey_challenges_expires_at_idx", "passkey_challenges", ["expires_at"])
    _allow(f"{_METHODS}, 'passkey'")


def downgrade() -> None:
    op.execute("DELETE FROM login_history WHERE method = 'passkey'")
    _allow(_METHODS)
    op.drop_table("passkey_challenges")
    op.drop_table("passkeys")


def _allow(methods: str) -> None:
    op.drop_constraint(op.f(_METHOD_CHECK), "login_history")
    op.create_check_constraint(op.f(_METHOD_CHECK), "login_history", f"method IN ({methods})")
