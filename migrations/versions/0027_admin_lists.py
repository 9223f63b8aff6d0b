"""Indexes for the lists of admins.

Expand only: the previous version does not depend on them.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0027"
down_revision: str | Sequence[str] | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INDEXES = (
    ("bookings_starts_at_id_idx", "bookings", ["starts_at", "id"]),
    ("bookings_status_id_idx", "bookings", ["status", "id"]),
    ("payments_created_at_idx", "payments", ["created_at"]),
    ("payments_amount_idx", "payments", ["currency", "amount", "id"]),
    ("refunds_created_at_idx", "refunds", ["created_at"]),
    ("refunds_amount_idx", "refunds", ["currency", "amount", "id"]),
)


def upgrade() -> None:
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
