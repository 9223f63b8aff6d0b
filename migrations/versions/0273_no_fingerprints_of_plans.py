"""No fingerprint of the card of a plan: payer_cards has digests of the cards that have paid."""

from collections.abc import Sequence

from alembic import op

revision: str = "0273"
down_revision: str | Sequence[str] | None = "0256"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("UPDATE plans SET method = method - 'fingerprint' WHERE method ? 'fingerprint'")


def downgrade() -> None:
    pass
