"""Private notes of providers and managers on their customers.

Expand only: the previous version does not know the table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0042"
down_revision: str | Sequence[str] | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "customer_notes",
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="customer_notes_author_id_fkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="customer_notes_customer_id_fkey"),
        sa.PrimaryKeyConstraint("author_id", "customer_id", name="customer_notes_pkey"),
    )
    op.create_index("customer_notes_customer_id_idx", "customer_notes", ["customer_id"])


def downgrade() -> None:
    op.drop_table("customer_notes")
