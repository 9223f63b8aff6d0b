"""Tips, and final amounts at the desk above the agreed price."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0099"
down_revision: str | Sequence[str] | None = "0098"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AMOUNTS = {"bookings": ("extra_amount", "tip_amount"), "earnings": ("tips",)}
_AMOUNTS |= dict.fromkeys(("desk_payments", "receipts"), _AMOUNTS["bookings"])
_OUTDATED = "(paid_amount > 0 OR desk_paid_amount > 0{} OR earnings_version IS NOT NULL)"
_NO_SHARE = "kind = 'booking' OR (kept = 0 AND desk = 0{} AND commission = 0)"


def upgrade() -> None:
    for table, columns in _AMOUNTS.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("desk_payments", sa.Column("extra_reason", sa.Text()))
    op.add_column("receipts", sa.Column("extra_reason", sa.Text(), nullable=False, server_default=sa.text("''")))
    _check("bookings", "extra", "0 <= extra_amount AND extra_amount <= desk_paid_amount AND 0 <= tip_amount", new=True)
    _check("desk_payments", "amount", "0 <= amount AND 0 <= tip_amount AND (0 < amount OR 0 < tip_amount)")
    _check("desk_payments", "extra", "0 <= extra_amount AND extra_amount <= amount", new=True)
    _check("earnings", "no_share", _NO_SHARE.format(" AND tips = 0"))
    _index(_OUTDATED.format(" OR tip_amount > 0"))


def downgrade() -> None:
    _index(_OUTDATED.format(""))
    _check("earnings", "no_share", _NO_SHARE.format(""))
    op.drop_constraint(op.f("desk_payments_extra_check"), "desk_payments")
    _check("desk_payments", "amount", "amount > 0")
    op.drop_constraint(op.f("bookings_extra_check"), "bookings")
    op.drop_column("receipts", "extra_reason")
    op.drop_column("desk_payments", "extra_reason")
    for table, columns in _AMOUNTS.items():
        for column in columns:
            op.drop_column(table, column)


def _check(table: str, name: str, condition: str, *, new: bool = False) -> None:
    if not new:
        op.drop_constraint(op.f(f"{table}_{name}_check"), table)
    op.create_check_constraint(op.f(f"{table}_{name}_check"), table, condition)


def _index(money: str) -> None:
    op.drop_index("bookings_earnings_outdated_idx", "bookings")
    op.create_index(
        "bookings_earnings_outdated_idx",
        "bookings",
        ["provider_id", "id"],
        postgresql_where=sa.text(f"{money} AND earnings_version IS DISTINCT FROM version"),
    )
