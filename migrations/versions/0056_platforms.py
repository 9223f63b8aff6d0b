"""The platform of sessions and of attempts to sign in.

Expand only: the previous version signs in from the platform `other`.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0056"
down_revision: str | Sequence[str] | None = "0055"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PLATFORMS = "'web', 'ios', 'android', 'telegram', 'other'"
_TABLES = ("sessions", "login_history")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("platform", sa.Text(), nullable=False, server_default="other"))
        op.create_check_constraint(op.f(f"{table}_platform_check"), table, f"platform IN ({_PLATFORMS})")


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "platform")
