"""One order of a plan waits for its money, and the checks of the orders and packages of plans."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0174"
down_revision: str | Sequence[str] | None = "0173"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table, name in (("orders", "kind"), ("orders", "plan"), ("packages", "source")):
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_{name}_check")
    with op.get_context().autocommit_block():
        op.create_index(
            "orders_plan_id_key",
            "orders",
            ["plan_id"],
            unique=True,
            postgresql_where=sa.text("status = 'pending'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("orders_plan_id_key", "orders")
