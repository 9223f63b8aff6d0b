"""Why an account's e-mail address was given up.

Expand only: the previous version ignores the column.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0071"
down_revision: str | Sequence[str] | None = "0070"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_REASONS = "'refused', 'bounced', 'complained'"


def upgrade() -> None:
    op.add_column("users", sa.Column("email_undeliverable_reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("users_email_undeliverable_reason_check"), "users", f"email_undeliverable_reason IN ({_REASONS})"
    )


def downgrade() -> None:
    op.drop_column("users", "email_undeliverable_reason")
