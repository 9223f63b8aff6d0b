"""Weights and priorities of the members of salons."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0245"
down_revision: str | Sequence[str] | None = "0244"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("providers", sa.Column("turn_weight", sa.SmallInteger(), nullable=False, server_default="100"))
    op.add_column("providers", sa.Column("turn_priority", sa.SmallInteger(), nullable=False, server_default="50"))


def downgrade() -> None:
    op.drop_column("providers", "turn_priority")
    op.drop_column("providers", "turn_weight")
