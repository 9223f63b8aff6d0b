"""Where salons are, how to reach them, and instructions for customers.

Expand only: existing salons have none, and the previous version ignores the columns.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | Sequence[str] | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TEXTS = ("address", "city", "phone", "email", "instructions")
_DEGREES = ("lat", "lon")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("salons", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in _DEGREES:
        op.add_column("salons", sa.Column(name, sa.Double(), nullable=True))


def downgrade() -> None:
    for name in (*_TEXTS, *_DEGREES):
        op.drop_column("salons", name)
