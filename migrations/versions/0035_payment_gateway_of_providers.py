"""The payment gateway that a provider chose.

Expand only: the previous version does not know the column.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | Sequence[str] | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("providers", sa.Column("payment_gateway", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("providers", "payment_gateway")
