"""Names and numbers of walk-ins.

Expand only: the previous version does not know the table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0043"
down_revision: str | Sequence[str] | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "walk_ins",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="walk_ins_booking_id_fkey"),
        sa.PrimaryKeyConstraint("booking_id", name="walk_ins_pkey"),
    )


def downgrade() -> None:
    op.drop_table("walk_ins")
