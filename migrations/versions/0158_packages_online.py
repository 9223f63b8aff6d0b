"""Packages that are bought online, by orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0158"
down_revision: str | Sequence[str] | None = "0163"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("offer_id", sa.Uuid()))
    _check("orders", "kind", "'gift_card', 'package'")
    _check("packages", "method", "'cash', 'card', 'transfer', 'online'")


def downgrade() -> None:
    _check("packages", "method", "'cash', 'card', 'transfer'")
    _check("orders", "kind", "'gift_card'")
    op.drop_column("orders", "offer_id")


def _check(table: str, column: str, values: str) -> None:
    """The next migration validates it."""
    name = f"{table}_{column}_check"
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({values})) NOT VALID")
