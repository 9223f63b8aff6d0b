"""Languages and the Instagram name of providers.

Expand only: existing profiles have none, and the previous version ignores the columns.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0041"
down_revision: str | Sequence[str] | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "providers",
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")),
    )
    op.add_column("providers", sa.Column("instagram", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("providers", "instagram")
    op.drop_column("providers", "languages")
