"""The digests of the parts of phone numbers, by which they are found; `make rotate-keys` fills them for earlier rows."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0094"
down_revision: str | Sequence[str] | None = "0093"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table in ("users", "walk_ins"):
        op.add_column(table, sa.Column("phone_parts", sa.ARRAY(sa.LargeBinary())))


def downgrade() -> None:
    for table in ("users", "walk_ins"):
        op.drop_column(table, "phone_parts")
