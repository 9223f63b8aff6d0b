"""The next starts of providers' shortest appointments, for search. Entries get them when they are made anew."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0190"
down_revision: str | Sequence[str] | None = "0181"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("search_entries", sa.Column("starts", sa.LargeBinary()))
    op.add_column("search_entries", sa.Column("starts_version", sa.Text()))


def downgrade() -> None:
    op.drop_column("search_entries", "starts_version")
    op.drop_column("search_entries", "starts")
