"""Discounts of bookings, on receipts, and in providers' earnings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0131"
down_revision: str | Sequence[str] | None = "0130"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SHARE = "kind = 'booking' OR (kept = 0 AND desk = 0 AND tips = 0 AND commission = 0{})"


def upgrade() -> None:
    for table in ("bookings", "receipts"):
        op.add_column(
            table,
            sa.Column("discounts", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
        )
    op.add_column("earnings", sa.Column("funded", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    _checks("kept + funded - commission", " AND funded = 0")


def downgrade() -> None:
    _checks("kept - commission", "")
    op.drop_column("earnings", "funded")
    for table in ("receipts", "bookings"):
        op.drop_column(table, "discounts")


def _checks(amount: str, funded: str) -> None:
    """The next migration validates them."""
    conditions = {"amount": f"kind <> 'booking' OR amount = {amount}", "no_share": _SHARE.format(funded)}
    for name, condition in conditions.items():
        constraint = f"earnings_{name}_check"
        op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE earnings DROP CONSTRAINT {constraint}")
        op.execute(f"ALTER TABLE earnings ADD CONSTRAINT {constraint} CHECK ({condition}) NOT VALID")
