"""Ideas on bookings. Expand only."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0067"
down_revision: str | Sequence[str] | None = "0066"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "ideas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("placement", sa.Text(), nullable=False),
        sa.Column("colours", sa.Text(), nullable=False),
        sa.Column("budget_amount", sa.BigInteger()),
        sa.Column("estimate_amount", sa.BigInteger()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("side IN ('customer', 'provider')", name=op.f("ideas_side_check")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("ideas_author_id_fkey")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("ideas_booking_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ideas_pkey")),
    )
    op.create_index("ideas_booking_id_created_at_idx", "ideas", ["booking_id", "created_at", "id"])
    op.create_index("ideas_author_id_id_idx", "ideas", ["author_id", "id"])


def downgrade() -> None:
    op.drop_table("ideas")
