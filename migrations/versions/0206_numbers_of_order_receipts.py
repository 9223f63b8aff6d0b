"""The numbers of receipts of orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0206"
down_revision: str | Sequence[str] | None = "0205"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("receipt_sequence", sa.Integer()))
    with op.get_context().autocommit_block():
        op.create_index(
            "orders_receipt_sequence_key", "orders", ["receipt_sequence"], unique=True, postgresql_concurrently=True
        )


def downgrade() -> None:
    op.drop_index("orders_receipt_sequence_key", "orders")
    op.drop_column("orders", "receipt_sequence")
