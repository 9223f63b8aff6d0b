"""How the hours of providers are read where clocks change."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0262"
down_revision: str | Sequence[str] | None = "0269"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """New rows are checked; the next migration validates the others."""
    op.add_column("providers", sa.Column("clock_changes", sa.Text(), nullable=False, server_default="elapsed"))
    op.execute(
        "ALTER TABLE providers ADD CONSTRAINT providers_clock_changes_check"
        " CHECK (clock_changes IN ('elapsed', 'both', 'first', 'second')) NOT VALID"
    )


def downgrade() -> None:
    op.drop_column("providers", "clock_changes")
