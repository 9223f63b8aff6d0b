"""Record why a profile is suspended, and which bookings that puts in question; suspend the published profiles of accounts that cannot offer appointments.

Expand only: the previous version ignores the columns, and sets none of the new statuses.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | Sequence[str] | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BEFORE = "'draft', 'submitted', 'approved', 'rejected', 'suspended'"


def _statuses(values: str) -> None:
    name = op.f("providers_status_check")
    op.drop_constraint(name, "providers")
    op.create_check_constraint(name, "providers", f"status IN ({values})")


def upgrade() -> None:
    op.add_column("providers", sa.Column("suspension_cause", sa.Text(), nullable=True))
    op.add_column("providers", sa.Column("suspension_reason", sa.Text(), nullable=True))
    op.add_column("providers", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("providers", sa.Column("withdrawn_before", sa.Boolean(), nullable=True))
    op.add_column("bookings", sa.Column("in_question", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("bookings", sa.Column("questioned_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("providers_suspension_cause_check"),
        "providers",
        "suspension_cause IN ('decision', 'account_disabled', 'role_changed')",
    )
    _statuses(f"{_BEFORE}, 'withdrawn', 'deleted'")
    op.execute(
        "UPDATE providers SET status = 'suspended', suspended_at = now(), suspension_reason = '',"
        " withdrawn_before = false, version = providers.version + 1, suspension_cause ="
        " CASE users.status WHEN 'disabled' THEN 'account_disabled' ELSE 'role_changed' END"
        " FROM users WHERE users.id = providers.owner_id AND providers.status = 'approved'"
        " AND (users.status <> 'active' OR users.role <> 'provider')"
    )


def downgrade() -> None:
    op.drop_column("bookings", "questioned_at")
    op.drop_column("bookings", "in_question")
    op.execute("UPDATE providers SET status = 'draft' WHERE status IN ('withdrawn', 'deleted')")
    _statuses(_BEFORE)
    op.drop_constraint(op.f("providers_suspension_cause_check"), "providers")
    for column in ("withdrawn_before", "suspended_at", "suspension_reason", "suspension_cause"):
        op.drop_column("providers", column)
