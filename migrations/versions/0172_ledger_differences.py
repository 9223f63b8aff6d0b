"""What the nightly comparison of ledgers has found."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0172"
down_revision: str | Sequence[str] | None = "0159"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LEDGERS = "'gift_card', 'gift_card_payment', 'package_visits', 'package_price', 'points'"


def upgrade() -> None:
    op.create_table(
        "ledger_differences",
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "subject_id", name="ledger_differences_pkey"),
        sa.CheckConstraint(f"ledger IN ({_LEDGERS})", name="ledger"),
    )


def downgrade() -> None:
    op.drop_table("ledger_differences")
