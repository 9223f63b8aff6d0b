"""Names and pictures of approved profiles that wait for a look."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0102"
down_revision: str | Sequence[str] | None = "0101"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("providers", sa.Column("pending", postgresql.JSONB()))
    op.create_index("providers_pending_idx", "providers", ["id"], postgresql_where=sa.text("pending IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("providers_pending_idx", "providers")
    op.drop_column("providers", "pending")
