"""Cards that accounts have paid with, as keyed digests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0253"
down_revision: str | Sequence[str] | None = "0245"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "payer_cards",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("card_digest", sa.LargeBinary(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "card_digest", name="payer_cards_pkey"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="payer_cards_user_id_fkey"),
    )
    op.create_index("payer_cards_paid_at_idx", "payer_cards", ["paid_at"])


def downgrade() -> None:
    op.drop_table("payer_cards")
